package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.spark.reduce.AdjacentPartitioner;
import io.lofn.spark.reduce.RecordPosition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReduceShapeTest {

  @ParameterizedTest
  @CsvSource({
    "1, 1, 2",
    "2, 1, 2",
    "100, 1, 100",
    "100, 2, 10",
    "101, 2, 11",
    "8, 3, 2",
    "9, 3, 3"
  })
  void aDepthIsReachedWithTheLeastFanIn(int partitions, int depth, int fanIn) {
    assertThat(ReduceShape.depth(depth).fanInFor(partitions)).isEqualTo(fanIn);
  }

  @Test
  void aFanInIsKept() {
    assertThat(ReduceShape.fanIn(5).fanInFor(1000)).isEqualTo(5);
  }

  @Test
  void shapesThatMergeNothingAreRefused() {
    assertThatThrownBy(() -> ReduceShape.fanIn(1)).hasMessageContaining("fan-in");
    assertThatThrownBy(() -> ReduceShape.depth(0)).hasMessageContaining("depth");
  }

  @Test
  void placesSortLikePartitionAndPosition() {
    assertThat(RecordPosition.of(1, 0)).isGreaterThan(RecordPosition.of(0, (1L << 40) - 1));
    assertThat(RecordPosition.of(3, 7)).isGreaterThan(RecordPosition.of(3, 6));
    assertThat(RecordPosition.partitionOf(RecordPosition.of((1 << 23) - 1, 5)))
        .isEqualTo((1 << 23) - 1);
    assertThatThrownBy(() -> RecordPosition.of(0, 1L << 40)).hasMessageContaining("records");
    assertThatThrownBy(() -> RecordPosition.of(1 << 23, 0)).hasMessageContaining("partition");
  }

  @Test
  void neighboursMeetInGroupsOfTheFanIn() {
    AdjacentPartitioner neighbours = new AdjacentPartitioner(7, 3);

    assertThat(neighbours.numPartitions()).isEqualTo(3);
    assertThat(neighbours.getPartition(RecordPosition.of(5, 99))).isEqualTo(1);
    assertThat(neighbours.sizeOf(0)).isEqualTo(3);
    assertThat(neighbours.sizeOf(2)).isEqualTo(1);
  }
}
