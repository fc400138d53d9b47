package io.lofn.spark.reduce;

import org.apache.spark.Partitioner;

/** Sends the records of adjacent partitions to one: the first k to 0, the next k to 1, ... */
public final class AdjacentPartitioner extends Partitioner {

  private static final long serialVersionUID = 1L;

  private final int width;
  private final int fanIn;

  /**
   * @param width the number of partitions
   * @param fanIn the number of neighbours in one group
   */
  public AdjacentPartitioner(int width, int fanIn) {
    this.width = width;
    this.fanIn = fanIn;
  }

  @Override
  public int numPartitions() {
    return groups(width, fanIn);
  }

  @Override
  public int getPartition(Object place) {
    return RecordPosition.partitionOf((Long) place) / fanIn;
  }

  /** Returns the number of groups for this many partitions. */
  public static int groups(int partitions, int fanIn) {
    return (partitions + fanIn - 1) / fanIn;
  }

  /** Returns the number of neighbours in a group. */
  public int sizeOf(int group) {
    return Math.min(fanIn, width - group * fanIn);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AdjacentPartitioner that && that.width == width && that.fanIn == fanIn;
  }

  @Override
  public int hashCode() {
    return 31 * width + fanIn;
  }
}
