package io.lofn.core.run;

import io.lofn.core.task.Closing;
import io.lofn.core.task.TaskCalls;
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
 * Looks after all runs of the executor: stops those whose task was killed or whose time is over.
 * Spark does not interrupt the thread of a killed task, so somebody has to look.
 */
public final class RunWatchdog {

  private static final Logger LOG = LoggerFactory.getLogger(RunWatchdog.class);

  private final Set<Watched> runs = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** A run, as far as it is looked after. */
  public interface Watched extends AutoCloseable {

    /** Stops it if it is no longer wanted; without waiting. */
    void check(Instant now);

    /** Ends it. Idempotent. */
    @Override
    void close();
  }

  @Inject
  public RunWatchdog(ScheduledExecutorService clock) {
    long period = TaskCalls.POLL.toMillis();
    ScheduledFuture<?> unused =
        clock.scheduleWithFixedDelay(this::check, period, period, TimeUnit.MILLISECONDS);
  }

  /** Looks after a run from now on; one that comes too late is closed. */
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

  /** What is thrown out of here would end the schedule, and nobody would look any more. */
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
      LOG.warn("Cannot check {}", run, failure);
    } catch (Throwable e) {
      failure.addSuppressed(e); // Without memory for a message; the next look may have some.
    }
  }

  /** Ends all runs, as the executor ends, and each that begins later. */
  public void closeRuns() {
    closed = true;
    Closing.all(List.copyOf(runs));
  }
}
