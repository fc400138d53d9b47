package io.lofn.runtime.cli.runner;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.lofn.api.EngineException;
import io.lofn.runtime.cli.process.Uninterruptibly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(1);

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
    long start = System.nanoTime();
    List<ProcessHandle> left = processes();
    while (!left.isEmpty() && System.nanoTime() - start < DEADLINE.toNanos()) {
      left.forEach(ProcessHandle::destroyForcibly);
      Uninterruptibly.sleep(PAUSE);
      left = processes();
    }
    if (!left.isEmpty()) {
      throw new EngineException(
          "Could not kill the processes %s of container %s"
              .formatted(left.stream().map(ProcessHandle::pid).toList(), id));
    }
  }

  private List<ProcessHandle> processes() {
    return ProcessHandle.allProcesses()
        .filter(process -> process.pid() != ProcessHandle.current().pid())
        .filter(this::isIn)
        .toList();
  }

  private boolean isIn(ProcessHandle process) {
    if (mounts.isPresent() && mounts.equals(mountsOf(process.pid()))) {
      return true;
    }
    try {
      byte[] environment =
          Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "environ"));
      // Some runners add a prefix to the variable's name.
      return new String(environment, ISO_8859_1).contains(NAME + "=" + id + "\0");
    } catch (IOException e) {
      return false; // The process has ended, or belongs to another user.
    }
  }
}
