package io.lofn.spark.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmptyRunsTest {

  private static final long SECOND = 1_000_000_000L;

  /** As a task sends it to the driver. */
  private static EmptyRuns ofTask(EmptyRuns runs, int stage, int partition, long nanos) {
    EmptyRuns copy = runs.copyAndReset();
    copy.add(new EmptyRuns.EmptyRun(stage, partition, nanos));
    return copy;
  }

  @Test
  void attemptsAtOnePartitionCountOnceAndTheToolsOfOneTaskTogether() {
    EmptyRuns runs = new EmptyRuns();
    EmptyRuns task = ofTask(runs, 1, 7, SECOND);
    task.add(new EmptyRuns.EmptyRun(1, 7, SECOND));
    runs.merge(task);
    runs.merge(ofTask(runs, 1, 7, 9 * SECOND)); // a speculative one
    runs.merge(ofTask(runs, 2, 7, SECOND));

    assertThat(runs.take(1)).isEqualTo(new EmptyRuns.OfStage(1, 2 * SECOND));
    assertThat(runs.take(1)).isEqualTo(new EmptyRuns.OfStage(0, 0));
    assertThat(runs.take(2)).isEqualTo(new EmptyRuns.OfStage(1, SECOND));
    assertThat(runs.isZero()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"19,19,false", "20,20,true", "20,39,true", "20,40,false", "150,200,true"})
  void onlyManyAndMoreThanHalfAreWorthAWarning(int empty, int partitions, boolean worth) {
    EmptyRuns runs = new EmptyRuns();
    for (int partition = 0; partition < empty; partition++) {
      runs.merge(ofTask(runs, 5, partition, SECOND / 2));
    }

    assertThat(new EmptyPartitionsListener(runs).warning(5, "map at A.java:1", partitions))
        .isEqualTo(
            worth
                ? Optional.of(
                    "Stage 5 (map at A.java:1): %d of %d partitions had no records, and the tool ran on each of them, which took %.1f s in all. To avoid that, skip such partitions (spark.lofn.emptyPartitions=skip or Tool.emptyPartitions(SKIP)), use fewer partitions (coalesce or repartition before the tool), or let one container serve many partitions (spark.lofn.container.reuse=true)."
                        .formatted(empty, partitions, empty / 2.0))
                : Optional.empty());
    assertThat(runs.isZero()).isTrue();
  }
}
