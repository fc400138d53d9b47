package io.lofn.spark;

import java.util.Iterator;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function2;
import scala.Tuple2;

/**
 * Reduces partitions with a tool, as a tree on the executors that keeps the order of records. Each
 * level is a stage of its own, so its containers run at the same time; a plain coalesce would run
 * those of the level below one after another in one task.
 */
final class TreeReduce<T> {

  private final ToolFunction<T, T> function;
  private final int fanIn;

  TreeReduce(ToolFunction<T, T> function, int fanIn) {
    this.function = function;
    this.fanIn = fanIn;
  }

  JavaRDD<T> reduce(JavaRDD<T> rdd) {
    JavaRDD<T> level = rdd.mapPartitions(function).setName("lofn reduce, each partition");
    int height = 0;
    for (int width = rdd.getNumPartitions(); width > 1; ) {
      height++;
      level = merge(level, width, height);
      width = ReduceShape.groups(width, fanIn);
    }
    return level;
  }

  private JavaRDD<T> merge(JavaRDD<T> level, int width, int height) {
    NeighbourPartitioner neighbours = new NeighbourPartitioner(width, fanIn);
    ToolFunction<T, T> merger = function.named("reduce, level " + height);
    return JavaPairRDD.fromJavaRDD(level.mapPartitionsWithIndex(number(), false))
        .repartitionAndSortWithinPartitions(neighbours)
        .values()
        .mapPartitionsWithIndex(mergeGroups(merger, neighbours), false)
        .setName("lofn reduce, level " + height);
  }

  private static <T> Function2<Integer, Iterator<T>, Iterator<Tuple2<Long, T>>> number() {
    return (partition, records) -> new PlacedIterator<>(partition, records);
  }

  /** A partition without neighbours is reduced already and passes as it is. */
  private static <T> Function2<Integer, Iterator<T>, Iterator<T>> mergeGroups(
      ToolFunction<T, T> merger, NeighbourPartitioner neighbours) {
    return (group, records) -> neighbours.sizeOf(group) == 1 ? records : merger.call(records);
  }
}
