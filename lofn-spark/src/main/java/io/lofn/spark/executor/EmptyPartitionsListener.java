package io.lofn.spark.executor;

import io.lofn.core.config.LofnConfig;
import io.lofn.spark.executor.EmptyRuns.OfStage;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.StageInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns when a stage ends in which tools ran on many partitions without records. It touches no
 * collection of Scala's: a listener that does not link would stop the whole context. Spark calls it
 * from one thread.
 */
final class EmptyPartitionsListener extends SparkListener {

  private static final Logger LOG = LoggerFactory.getLogger(EmptyPartitionsListener.class);

  /** Fewer cost little. */
  private static final int LEAST = 20;

  private final EmptyRuns runs;
  private final Set<Integer> warned = new HashSet<>();

  EmptyPartitionsListener(EmptyRuns runs) {
    this.runs = runs;
  }

  @Override
  public void onStageCompleted(SparkListenerStageCompleted completed) {
    StageInfo stage = completed.stageInfo();
    Optional<String> warning = warning(stage.stageId(), stage.name(), stage.numTasks());
    if (warning.isPresent() && warned.add(stage.stageId())) {
      LOG.warn("{}", warning.get());
    }
  }

  /** What to say of a stage that has ended; empty if few of its partitions were empty. */
  Optional<String> warning(int stage, String name, int partitions) {
    OfStage empty = runs.take(stage);
    if (empty.partitions() < LEAST || 2L * empty.partitions() <= partitions) {
      return Optional.empty();
    }
    double seconds = (double) empty.nanos() / TimeUnit.SECONDS.toNanos(1);
    return Optional.of(
        String.format(
            Locale.ROOT,
            "Stage %d (%s): %d of %d partitions had no records, and the tool ran on each of them,"
                + " which took %.1f s in all. To avoid that, skip such partitions (%s=skip or"
                + " Tool.emptyPartitions(SKIP)), use fewer partitions (coalesce or repartition"
                + " before the tool), or let one container serve many partitions (%s=true).",
            stage,
            name,
            empty.partitions(),
            partitions,
            seconds,
            LofnConfig.EMPTY_PARTITIONS.name(),
            LofnConfig.REUSE.name()));
  }
}
