package io.lofn.runtime.cli.runner;

import io.lofn.files.ProcessStart;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A process of this node; its start time distinguishes it from a later process with the same id.
 *
 * @param pid its process id
 * @param start its start time, in ticks since the boot of the node
 */
record ProcessId(long pid, long start) {

  static ProcessId own() {
    return of(ProcessHandle.current().pid())
        .orElseThrow(() -> new IllegalStateException("/proc is not mounted"));
  }

  /** Returns the process with this id; empty if there is none, it has ended, or nothing tells. */
  static Optional<ProcessId> of(long pid) {
    try {
      OptionalLong start = ProcessStart.of(pid);
      return start.isPresent()
          ? Optional.of(new ProcessId(pid, start.getAsLong()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Kills it and its descendants, if it is alive. */
  void kill() {
    Optional<ProcessHandle> handle = ProcessHandle.of(pid);
    // The handle refers to the process that is compared here.
    if (handle.isPresent() && isKnownToLive()) {
      List<ProcessHandle> children = handle.get().descendants().toList();
      handle.get().destroyForcibly();
      children.forEach(ProcessHandle::destroyForcibly);
    }
  }

  /** Returns whether the process that has this id now is this one, and not a later one. */
  boolean isKnownToLive() {
    return of(pid).filter(this::equals).isPresent();
  }

  /** Returns whether it is not known to have ended: of what may live nothing is cleaned up. */
  boolean isAlive() {
    try {
      return ProcessStart.of(pid).equals(OptionalLong.of(start));
    } catch (IOException notKnown) {
      return true;
    }
  }
}
