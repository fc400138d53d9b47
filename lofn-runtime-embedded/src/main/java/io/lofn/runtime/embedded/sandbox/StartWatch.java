package io.lofn.runtime.embedded.sandbox;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/**
 * Kills a program that takes too long to start, or whose starting thread is interrupted: reads and
 * writes of pipes obey neither. Closed when the program has started.
 */
final class StartWatch implements AutoCloseable {

  private static final long PERIOD = 20;
  private static final ScheduledThreadPoolExecutor CLOCK = clock();

  private final Process process;
  private final Thread starter = Thread.currentThread();
  private final long deadline;
  private final ScheduledFuture<?> look;
  private @Nullable Reason reason;
  private boolean closed;

  /** Why a program was killed. */
  enum Reason {
    TIME,
    INTERRUPT
  }

  StartWatch(Process process, Duration atMost) {
    this.process = process;
    deadline = System.nanoTime() + NANOSECONDS.convert(atMost);
    look = CLOCK.scheduleWithFixedDelay(this::look, PERIOD, PERIOD, MILLISECONDS);
  }

  private static ScheduledThreadPoolExecutor clock() {
    ScheduledThreadPoolExecutor clock =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread thread = new Thread(work, "lofn-embedded-starts");
              thread.setDaemon(true);
              thread.setContextClassLoader(null);
              return thread;
            });
    clock.setRemoveOnCancelPolicy(true);
    return clock;
  }

  private synchronized void look() {
    if (closed) {
      return;
    }
    if (starter.isInterrupted()) {
      reason = Reason.INTERRUPT;
      process.toHandle().destroyForcibly();
    } else if (System.nanoTime() - deadline > 0) {
      reason = Reason.TIME;
      process.toHandle().destroyForcibly();
    }
  }

  /** Ends the watch; returns why the program was killed, if it was. */
  synchronized Optional<Reason> end() {
    close();
    return Optional.ofNullable(reason);
  }

  @Override
  public synchronized void close() {
    closed = true;
    look.cancel(false);
  }
}
