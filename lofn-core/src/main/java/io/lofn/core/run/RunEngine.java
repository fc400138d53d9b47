package io.lofn.core.run;

import io.lofn.core.container.OrphanReaper;
import io.lofn.core.exchange.ExchangeDirectories;
import io.lofn.core.runtime.NodeRuntime;
import io.lofn.core.storage.VolumeStaging;
import io.lofn.core.task.Closing;
import io.lofn.core.task.RunWatchdog;
import io.lofn.core.task.TaskCalls;
import io.lofn.core.warm.WarmContainers;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The parts that run tools on this executor, which end together. There is one for each
 * configuration.
 */
public final class RunEngine implements AutoCloseable {

  /** How long it may take to undo a start in progress when lofn shuts down. */
  private static final Duration START_GRACE = Duration.ofSeconds(10);

  private final NodeRuntime runtime;
  private final VolumeStaging volumes;
  private final ExchangeDirectories exchanges;
  private final TaskCalls calls;
  private final RunWatchdog watchdog;
  private final WarmContainers warm;
  private final OrphanReaper reaper;
  private final ExecutorService threads;
  private final ScheduledExecutorService clock;

  @Inject
  RunEngine(
      NodeRuntime runtime,
      VolumeStaging volumes,
      ExchangeDirectories exchanges,
      TaskCalls calls,
      RunWatchdog watchdog,
      WarmContainers warm,
      OrphanReaper reaper,
      ExecutorService threads,
      ScheduledExecutorService clock) {
    this.runtime = runtime;
    this.volumes = volumes;
    this.exchanges = exchanges;
    this.calls = calls;
    this.watchdog = watchdog;
    this.warm = warm;
    this.reaper = reaper;
    this.threads = threads;
    this.clock = clock;
  }

  /** Returns whether it has no run. */
  public boolean isIdle() {
    return watchdog.isIdle();
  }

  @Override
  public void close() {
    Closing.all(
        () -> clock.shutdownNow(),
        watchdog::closeRuns,
        () -> calls.awaitEnd(START_GRACE),
        warm,
        volumes,
        () -> reaper.end(runtime),
        exchanges,
        () -> threads.shutdownNow());
  }
}
