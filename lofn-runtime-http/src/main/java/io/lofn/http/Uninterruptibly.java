package io.lofn.http;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeoutException;

/**
 * Waits that ignore interrupts: a task that is being killed must still remove its container. All
 * waits have a limit, and the thread's interrupt flag is kept.
 */
public final class Uninterruptibly {

  private Uninterruptibly() {}

  /** Returns whether the process ended within that time. */
  public static boolean waitFor(Process process, Duration atMost) {
    return await(atMost, nanos -> process.waitFor(nanos, NANOSECONDS));
  }

  /** Waits for the end of a thread, at most that time. */
  public static void join(Thread thread, Duration atMost) {
    await(
        atMost,
        nanos -> {
          NANOSECONDS.timedJoin(thread, nanos);
          return !thread.isAlive();
        });
  }

  /** Returns whether an executor that was shut down ended within that time. */
  public static boolean ended(ExecutorService executor, Duration atMost) {
    return await(atMost, nanos -> executor.awaitTermination(nanos, NANOSECONDS));
  }

  /** Returns whether it completed within that time, normally or not. */
  public static boolean done(CompletableFuture<?> future, Duration atMost) {
    return await(
        atMost,
        nanos -> {
          try {
            future.get(nanos, NANOSECONDS);
          } catch (ExecutionException e) {
            return true;
          } catch (TimeoutException e) {
            return false;
          }
          return true;
        });
  }

  /** Waits for that time. */
  public static void sleep(Duration time) {
    await(
        time,
        nanos -> {
          NANOSECONDS.sleep(nanos);
          return true;
        });
  }

  private static boolean await(Duration atMost, Wait wait) {
    long deadline = System.nanoTime() + NANOSECONDS.convert(atMost);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return wait.within(Math.max(1, deadline - System.nanoTime()));
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @FunctionalInterface
  private interface Wait {
    boolean within(long nanos) throws InterruptedException;
  }
}
