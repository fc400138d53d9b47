package io.lofn.runtime.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A variable by which the processes of a container are found, also those whose parent has ended.
 *
 * @param id the container's id
 */
record Cookie(String id) {

  static final String NAME = "LOFN_CONTAINER";

  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(1);

  /** Kills the processes until none is left, since one may start another meanwhile. */
  void kill() {
    long start = System.nanoTime();
    List<ProcessHandle> left = processes();
    while (!left.isEmpty() && System.nanoTime() - start < DEADLINE.toNanos()) {
      left.forEach(ProcessHandle::destroyForcibly);
      Uninterruptibly.sleep(PAUSE);
      left = processes();
    }
  }

  private List<ProcessHandle> processes() {
    return ProcessHandle.allProcesses()
        .filter(process -> process.pid() != ProcessHandle.current().pid())
        .filter(this::isIn)
        .toList();
  }

  private boolean isIn(ProcessHandle process) {
    try {
      byte[] environment =
          Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "environ"));
      // Some runners hand the variable on with something before its name.
      return new String(environment, ISO_8859_1).contains(NAME + "=" + id + "\0");
    } catch (IOException e) {
      return false; // It has ended, or is another user's.
    }
  }
}
