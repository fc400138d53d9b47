package io.lofn.runtime.embedded.sandbox;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;

/** Waits that ignore interrupts: a task that is being killed must still remove its container. */
final class Waiting {

  private Waiting() {}

  /** Returns whether the process ended within that time; keeps the thread's interrupt flag. */
  static boolean uninterruptibly(Process process, Duration atMost) {
    long deadline = System.nanoTime() + NANOSECONDS.convert(atMost);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return process.waitFor(Math.max(1, deadline - System.nanoTime()), NANOSECONDS);
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
}
