package io.lofn.core.task;

import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks all runs of the executor periodically, and stops those whose task was killed or whose time
 * is over. It has to check, since Spark does not interrupt the thread of a killed task.
 */
public final class RunWatchdog {

  private static final Logger LOG = LoggerFactory.getLogger(RunWatchdog.class);

  private final Set<Watched> runs = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** A run, as far as the watchdog uses it. */
  public interface Watched extends AutoCloseable {

    /** Stops the run if it must not continue; does not wait for that. */
    void check(Instant now);

    /** Ends the run. Idempotent. */
    @Override
    void close();
  }

  @Inject
  public RunWatchdog(ScheduledExecutorService clock) {
    long period = TaskCalls.POLL.toMillis();
    ScheduledFuture<?> unused =
        clock.scheduleWithFixedDelay(this::check, period, period, TimeUnit.MILLISECONDS);
  }

  /** Adds a run to the checked ones; closes it if the watchdog is closed. */
  public void add(Watched run) {
    runs.add(run);
    if (closed) {
      run.close();
    }
  }

  public void remove(Watched run) {
    runs.remove(run);
  }

  public boolean isIdle() {
    return runs.isEmpty();
  }

  /** Checks all runs. Throws nothing, which would end the schedule and with it all checks. */
  private void check() {
    Instant now = Instant.now();
    for (Watched run : runs) {
      try {
        run.check(now);
      } catch (Throwable e) {
        complain(run, e);
      }
    }
  }

  private static void complain(Watched run, Throwable failure) {
    try {
      LOG.warn("Cannot check {}; will retry", run, failure);
    } catch (Throwable e) {
      failure.addSuppressed(e); // No memory for a message; the next check may have some.
    }
  }

  /** Closes all runs when the executor ends, and each that begins later. */
  public void closeRuns() {
    closed = true;
    Closing.all(List.copyOf(runs));
  }
}
