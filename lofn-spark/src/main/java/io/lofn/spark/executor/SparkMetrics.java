package io.lofn.spark.executor;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import io.lofn.core.task.RunMetrics;
import io.lofn.core.task.RunPhase;
import io.lofn.core.task.RunPhases;
import io.lofn.spi.StagedVolume;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Counts what this executor has done and how long it took, for Spark's metric system. Counts
 * whether or not anything reads the metrics. Thread-safe.
 */
public final class SparkMetrics implements RunMetrics {

  private final Counter runs = new Counter();
  private final Counter failures = new Counter();
  private final Counter bytesIn = new Counter();
  private final Counter bytesOut = new Counter();
  private final Counter volumes = new Counter();
  private final Counter volumeHits = new Counter();
  private final Timer queue = new Timer();
  private final Timer pull = new Timer();
  private final Timer create = new Timer();
  private final Timer run = new Timer();
  private final Map<RunPhase, Counter> phases = new EnumMap<>(RunPhase.class);

  public SparkMetrics() {
    for (RunPhase phase : RunPhase.values()) {
      phases.put(phase, new Counter());
    }
  }

  /** Registers the metrics under the names of {@code docs/metrics.md}. */
  public void register(MetricRegistry registry) {
    registry.register("runs", runs);
    registry.register("failures", failures);
    registry.register("bytes.in", bytesIn);
    registry.register("bytes.out", bytesOut);
    registry.register("volumes", volumes);
    registry.register("volumes.cached", volumeHits);
    registry.register("time.queue", queue);
    registry.register("time.pull", pull);
    registry.register("time.create", create);
    registry.register("time.run", run);
    phases.forEach(
        (phase, micros) ->
            registry.register("micros." + phase.name().toLowerCase(Locale.ROOT), micros));
  }

  @Override
  public void begun() {
    runs.inc();
  }

  @Override
  public void failed() {
    failures.inc();
  }

  @Override
  public void phases(RunPhases times) {
    phases.forEach(
        (phase, micros) -> micros.inc(TimeUnit.NANOSECONDS.toMicros(times.of(phase).toNanos())));
  }

  @Override
  public void ended(Duration after) {
    run.update(after.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public Timing queue() {
    return queue.time()::close;
  }

  @Override
  public Timing pull() {
    return pull.time()::close;
  }

  @Override
  public Timing create() {
    return create.time()::close;
  }

  @Override
  public void staged(StagedVolume volume) {
    volumes.inc();
    if (volume.wasCached()) {
      volumeHits.inc();
    }
  }

  @Override
  public void written(long bytes) {
    bytesIn.inc(bytes);
  }

  @Override
  public void read(long bytes) {
    bytesOut.inc(bytes);
  }
}
