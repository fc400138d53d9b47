package io.lofn.runtime.embedded.registry;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * Breaks off what a thread waits for when that is interrupted, as Spark does with a task that is
 * cancelled: sockets do not obey interrupts.
 */
final class InterruptWatch implements AutoCloseable {

  private static final long PERIOD = 50;
  private static final ScheduledThreadPoolExecutor CLOCK = clock();

  private final ScheduledFuture<?> look;

  /**
   * Watches this thread.
   *
   * @param end is called as long as the thread is interrupted, by another one
   */
  InterruptWatch(Runnable end) {
    Thread watched = Thread.currentThread();
    look =
        CLOCK.scheduleWithFixedDelay(
            () -> {
              if (watched.isInterrupted()) {
                end.run();
              }
            },
            PERIOD,
            PERIOD,
            MILLISECONDS);
  }

  private static ScheduledThreadPoolExecutor clock() {
    ScheduledThreadPoolExecutor clock =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread thread = new Thread(work, "lofn-pull-watch");
              thread.setDaemon(true);
              thread.setContextClassLoader(null);
              return thread;
            });
    clock.setRemoveOnCancelPolicy(true);
    return clock;
  }

  @Override
  public void close() {
    look.cancel(false);
  }
}
