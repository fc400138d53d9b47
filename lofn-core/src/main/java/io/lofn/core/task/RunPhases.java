package io.lofn.core.task;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** How long each phase of a run took. Immutable. */
public final class RunPhases {

  private static final double NANOS_PER_MILLI = 1e6;

  private final Map<RunPhase, Duration> times;

  /**
   * @param times the time of each phase; a missing one took none
   */
  public RunPhases(Map<RunPhase, Duration> times) {
    this.times = new EnumMap<>(RunPhase.class);
    this.times.putAll(times);
  }

  /** Returns how long a phase took. */
  public Duration of(RunPhase phase) {
    return times.getOrDefault(phase, Duration.ZERO);
  }

  /** Returns all phases with their milliseconds. */
  @Override
  public String toString() {
    return Stream.of(RunPhase.values())
        .map(
            phase ->
                String.format(
                    Locale.ROOT,
                    "%s %.2f ms",
                    phase.name().toLowerCase(Locale.ROOT),
                    of(phase).toNanos() / NANOS_PER_MILLI))
        .collect(joining(", "));
  }
}
