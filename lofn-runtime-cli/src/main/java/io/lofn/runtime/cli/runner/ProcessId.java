package io.lofn.runtime.cli.runner;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A process of this node; its start time distinguishes it from a later process with the same id.
 *
 * @param pid its process id
 * @param start its start time, in ticks since the boot of the node
 */
record ProcessId(long pid, long start) {

  // Counted from the state, the first field after the name.
  private static final int START = 19;

  static ProcessId own() {
    return of(ProcessHandle.current().pid())
        .orElseThrow(() -> new IllegalStateException("/proc is not mounted"));
  }

  /** Returns the process with this id; empty if there is none, or it has ended. */
  static Optional<ProcessId> of(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), ISO_8859_1);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return fields[0].equals("Z")
          ? Optional.empty()
          : Optional.of(new ProcessId(pid, Long.parseLong(fields[START])));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Kills it and its descendants, if it is alive. */
  void kill() {
    Optional<ProcessHandle> handle = ProcessHandle.of(pid);
    // The handle refers to the process that is compared here.
    if (handle.isPresent() && isAlive()) {
      List<ProcessHandle> children = handle.get().descendants().toList();
      handle.get().destroyForcibly();
      children.forEach(ProcessHandle::destroyForcibly);
    }
  }

  boolean isAlive() {
    return of(pid).filter(this::equals).isPresent();
  }
}
