package io.lofn.runtime.cli.runner;

import io.lofn.api.EngineException;
import io.lofn.http.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Finds the processes of a container, also those whose parent has ended, by an environment variable
 * and by their mount namespace. A process that changes both on purpose is not found.
 *
 * @param id the container's id
 * @param mounts the mount namespace, if it is known
 */
record Cookie(String id, Optional<String> mounts) {

  static final String NAME = "LOFN_CONTAINER";

  /** Returns the mount namespace of a process, unless it is that of this process. */
  static Optional<String> foreignMounts(long pid) {
    Optional<String> own = mountsOf(ProcessHandle.current().pid());
    return mountsOf(pid).filter(its -> own.isPresent() && !own.get().equals(its));
  }

  private static Optional<String> mountsOf(long pid) {
    try {
      Path namespace = Path.of("/proc", Long.toString(pid), "ns", "mnt");
      return Optional.of(Files.readSymbolicLink(namespace).toString());
    } catch (IOException e) {
      return Optional.empty(); // The process has ended, or belongs to another user.
    }
  }

  /**
   * Kills the processes repeatedly until none is left, since one may start another meanwhile.
   *
   * @throws EngineException if processes remain
   */
  void kill() {
    List<ProcessHandle> left = Processes.kill(this::isIn);
    if (!left.isEmpty()) {
      throw new EngineException(
          "Could not kill the processes %s of container %s"
              .formatted(left.stream().map(ProcessHandle::pid).toList(), id));
    }
  }

  private boolean isIn(ProcessHandle process) {
    return (mounts.isPresent() && mounts.equals(mountsOf(process.pid())))
        // Some runners add a prefix to the variable's name.
        || Processes.hasVariable(process, NAME + "=" + id);
  }
}
