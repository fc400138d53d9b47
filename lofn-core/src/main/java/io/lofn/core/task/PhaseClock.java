package io.lofn.core.task;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measures the phases of one run, on the thread that waits for them. */
public final class PhaseClock {

  private static final Logger LOG = LoggerFactory.getLogger(PhaseClock.class);

  private final LongSupplier nanos;
  private final Map<RunPhase, Long> spent = new EnumMap<>(RunPhase.class);
  private long last;

  /** Starts the first phase. */
  public PhaseClock() {
    this(System::nanoTime);
  }

  PhaseClock(LongSupplier nanos) {
    this.nanos = nanos;
    this.last = nanos.getAsLong();
  }

  /** Adds the time since the last call to a phase. */
  public void end(RunPhase phase) {
    long now = nanos.getAsLong();
    spent.merge(phase, now - last, Long::sum);
    last = now;
  }

  /** Counts the phases so far, and logs them. */
  public void report(RunMetrics metrics, Object run) {
    RunPhases phases = phases();
    metrics.phases(phases);
    LOG.debug("{}: {}", run, phases);
  }

  /** Returns the phases so far. */
  public RunPhases phases() {
    Map<RunPhase, Duration> times = new EnumMap<>(RunPhase.class);
    for (RunPhase phase : RunPhase.values()) {
      times.put(phase, Duration.ofNanos(spent.getOrDefault(phase, 0L)));
    }
    return new RunPhases(times);
  }
}
