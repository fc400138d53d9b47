package io.lofn.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** Finds and kills processes that may start others meanwhile. */
public final class Processes {

  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(20);

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
    while (!left.isEmpty() && System.nanoTime() - start < DEADLINE.toNanos()) {
      left.forEach(ProcessHandle::destroyForcibly);
      CompletableFuture.allOf(
              left.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new))
          .completeOnTimeout(null, LONGEST_PAUSE.toMillis(), MILLISECONDS)
          .join();
      left = find(which);
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
