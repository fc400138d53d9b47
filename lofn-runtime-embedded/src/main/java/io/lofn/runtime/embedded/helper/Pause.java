package io.lofn.runtime.embedded.helper;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Pauses between tries, also of a thread that is interrupted: it must still clean up. */
public final class Pause {

  private Pause() {}

  /**
   * Waits for that time; keeps the thread's interrupt flag.
   *
   * @param time how long
   */
  public static void uninterruptibly(Duration time) {
    long begin = System.nanoTime();
    boolean interrupted = false;
    long left = time.toNanos();
    while (left > 0) {
      interrupted |= Thread.interrupted();
      LockSupport.parkNanos(left);
      left = time.toNanos() - (System.nanoTime() - begin);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
