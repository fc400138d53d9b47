package io.lofn.spark;

import io.lofn.spark.reduce.AdjacentPartitioner;

/**
 * The shape of the tree in which {@link Lofn#reduce} merges partitions: the number of neighbours
 * that one container merges, or the number of levels. Immutable.
 */
public final class ReduceShape {

  private final int fanIn;
  private final int depth;

  private ReduceShape(int fanIn, int depth) {
    this.fanIn = fanIn;
    this.depth = depth;
  }

  /**
   * Returns a tree in which each container merges this many neighbours.
   *
   * @param fanIn the number of neighbours, at least 2
   * @return the shape
   */
  public static ReduceShape fanIn(int fanIn) {
    if (fanIn < 2) {
      throw new IllegalArgumentException("The fan-in must be at least 2, not " + fanIn);
    }
    return new ReduceShape(fanIn, 0);
  }

  /**
   * Returns a tree with this many levels of merging, and the smallest fan-in that allows it.
   *
   * @param depth the number of levels, at least 1; with 1, one container merges all partitions
   * @return the shape
   */
  public static ReduceShape depth(int depth) {
    if (depth < 1) {
      throw new IllegalArgumentException("The depth must be at least 1, not " + depth);
    }
    return new ReduceShape(0, depth);
  }

  /** Returns how many neighbours one container merges, for this many partitions. */
  int fanInFor(int partitions) {
    if (fanIn > 0) {
      return fanIn;
    }
    int least = 2;
    while (levels(partitions, least) > depth) {
      least++;
    }
    return least;
  }

  private static int levels(int partitions, int fanIn) {
    int levels = 0;
    for (int width = partitions; width > 1; width = AdjacentPartitioner.groups(width, fanIn)) {
      levels++;
    }
    return levels;
  }
}
