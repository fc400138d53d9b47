package io.lofn.spark;

import jakarta.inject.Inject;
import java.time.Instant;
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
final class Supervisor {

  private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);

  private final Set<Run<?, ?>> runs = ConcurrentHashMap.newKeySet();

  @Inject
  Supervisor(ScheduledExecutorService clock) {
    long period = EngineCalls.POLL.toMillis();
    ScheduledFuture<?> unused =
        clock.scheduleWithFixedDelay(this::check, period, period, TimeUnit.MILLISECONDS);
  }

  void add(Run<?, ?> run) {
    runs.add(run);
  }

  void remove(Run<?, ?> run) {
    runs.remove(run);
  }

  private void check() {
    Instant now = Instant.now();
    for (Run<?, ?> run : runs) {
      try {
        run.check(now);
      } catch (RuntimeException e) {
        LOG.warn("Cannot check {}", run, e);
      }
    }
  }

  /** Ends all runs, as the executor ends. */
  void closeRuns() {
    runs.forEach(Run::close);
  }
}
