package io.lofn.bench;

import com.codahale.metrics.MetricRegistry;
import io.lofn.core.task.RunPhase;
import io.lofn.spark.executor.ExecutorInjector;
import io.lofn.spark.executor.SparkMetrics;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Where the time of the runs of one session goes, from lofn's metrics. */
final class Phases {

  private static final long NANOS_PER_MICRO = 1000;

  private final MetricRegistry registry = new MetricRegistry();
  private final Map<RunPhase, Times> rounds = new EnumMap<>(RunPhase.class);
  private final Map<RunPhase, Long> micros = new EnumMap<>(RunPhase.class);
  private boolean warm;

  /** Counts the runs of the session that is used next. */
  Phases() {
    SparkMetrics metrics = new SparkMetrics();
    metrics.register(registry);
    ExecutorInjector.countWith(metrics);
  }

  /**
   * Notes the time since the last call; not that of the first one, the warm-up.
   *
   * @param runs how many runs there were
   */
  void round(int runs) {
    for (RunPhase phase : RunPhase.values()) {
      long total = registry.counter("micros." + nameOf(phase)).getCount();
      long spent = total - micros.getOrDefault(phase, 0L);
      micros.put(phase, total);
      if (warm) {
        rounds.computeIfAbsent(phase, each -> new Times(runs)).add(spent * NANOS_PER_MICRO);
      }
    }
    warm = true;
  }

  private static String nameOf(RunPhase phase) {
    return phase.name().toLowerCase(Locale.ROOT);
  }

  /** Reports a row for each phase: the mean of the runs of a round. */
  void report(String scenario, String system, Consumer<Row> report) {
    rounds.forEach(
        (phase, times) ->
            report.accept(
                new Row(
                    scenario,
                    system,
                    "phase-" + nameOf(phase),
                    times.median(),
                    times.min(),
                    times.max(),
                    "ms")));
  }
}
