package io.lofn.spark.reduce;

import com.google.common.collect.Iterators;
import io.lofn.spark.executor.ToolCall;
import java.util.Iterator;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function2;
import scala.Tuple2;

/**
 * Merges partitions with a tool, as a tree on the executors that keeps the order of records. Each
 * level is a stage, so its containers run at the same time. A plain coalesce would run those of the
 * level below one after another in one task.
 */
public final class TreeReduce<T> {

  private final ToolCall<Tuple2<Long, T>, T> merger;
  private final int fanIn;

  /**
   * @param merger merges neighbours, whose records come in order and with their positions
   * @param fanIn the number of neighbours that it merges
   */
  public TreeReduce(ToolCall<Tuple2<Long, T>, T> merger, int fanIn) {
    this.merger = merger;
    this.fanIn = fanIn;
  }

  /** Merges until one partition is left. */
  public JavaRDD<T> merge(JavaRDD<T> rdd) {
    JavaRDD<T> level = rdd;
    int height = 0;
    for (int width = rdd.getNumPartitions(); width > 1; ) {
      height++;
      level = mergeOnce(level, width, merger.atLevel(height));
      width = AdjacentPartitioner.groups(width, fanIn);
    }
    return level;
  }

  private JavaRDD<T> mergeOnce(
      JavaRDD<T> level, int width, ToolCall<Tuple2<Long, T>, T> levelMerger) {
    AdjacentPartitioner neighbours = new AdjacentPartitioner(width, fanIn);
    JavaRDD<Tuple2<Long, T>> placed =
        JavaPairRDD.fromJavaRDD(level.mapPartitionsWithIndex(place(), false))
            .repartitionAndSortWithinPartitions(neighbours)
            .map(each -> each);
    JavaRDD<T> merged =
        LevelledRDD.sorted(placed, level)
            .mapPartitionsWithIndex(mergeGroups(levelMerger, neighbours), false);
    return LevelledRDD.outputOf(levelMerger.tool(), merged)
        .setName("lofn " + levelMerger.operator());
  }

  private static <T> Function2<Integer, Iterator<T>, Iterator<Tuple2<Long, T>>> place() {
    return (partition, records) -> new PositionedIterator<>(partition, records);
  }

  /** Merges each group. A partition without neighbours is merged already and passes unchanged. */
  private static <T> Function2<Integer, Iterator<Tuple2<Long, T>>, Iterator<T>> mergeGroups(
      ToolCall<Tuple2<Long, T>, T> merger, AdjacentPartitioner neighbours) {
    return (group, placed) ->
        neighbours.sizeOf(group) == 1
            ? Iterators.transform(placed, Tuple2::_2)
            : merger.call(placed);
  }
}
