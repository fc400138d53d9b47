package io.lofn.spark.reduce;

import org.apache.spark.Partitioner;

/** Sends the records of neighbouring partitions to one: the first k to 0, the next k to 1, ... */
public final class AdjacentPartitioner extends Partitioner {

  private static final long serialVersionUID = 1L;

  private final int width;
  private final int fanIn;

  /**
   * @param width how many partitions there are
   * @param fanIn how many neighbours meet
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

  /** How many groups so many neighbours make. */
  public static int groups(int partitions, int fanIn) {
    return (partitions + fanIn - 1) / fanIn;
  }

  /** How many neighbours meet in a partition. */
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
