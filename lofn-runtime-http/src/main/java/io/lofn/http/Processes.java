package io.lofn.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/** Finds and kills processes that may start others meanwhile. */
public final class Processes {

  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(1);

  /**
   * One look is not enough once there was something: a process may have ended since the look began,
   * after it had started another; and one that is just executing a program shows no environment.
   */
  private static final int QUIET = 5;

  private Processes() {}

  /**
   * Returns whether a process was started with an environment variable. Its children have it too,
   * also those whose parent has ended.
   *
   * @param end the end of an assignment, {@code NAME=VALUE}; a prefix of the name is ignored
   */
  public static boolean hasVariable(ProcessHandle process, String end) {
    try {
      byte[] environment =
          Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "environ"));
      return new String(environment, ISO_8859_1).contains(end + "\0");
    } catch (IOException e) {
      return false; // The process has ended, or belongs to another user.
    }
  }

  /**
   * Kills processes other than this one until none is left. An interrupt does not end it; after 10
   * seconds it gives up.
   *
   * @return the processes that are left
   */
  public static List<ProcessHandle> kill(Predicate<ProcessHandle> which) {
    long start = System.nanoTime();
    List<ProcessHandle> left = find(which);
    int quiet = left.isEmpty() ? QUIET : 0;
    while (quiet < QUIET && System.nanoTime() - start < DEADLINE.toNanos()) {
      left.forEach(ProcessHandle::destroyForcibly);
      // Not ProcessHandle.onExit: the JDK starts a thread for each process that is asked.
      Uninterruptibly.sleep(PAUSE);
      left = find(which);
      quiet = left.isEmpty() ? quiet + 1 : 0;
    }
    return left;
  }

  private static List<ProcessHandle> find(Predicate<ProcessHandle> which) {
    return ProcessHandle.allProcesses()
        .filter(process -> process.pid() != ProcessHandle.current().pid())
        .filter(which)
        .toList();
  }
}
