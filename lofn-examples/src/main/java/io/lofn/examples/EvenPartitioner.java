package io.lofn.examples;

import org.apache.spark.Partitioner;

/** Makes partitions of the same size of elements that are numbered from 0, in their order. */
final class EvenPartitioner extends Partitioner {

  private static final long serialVersionUID = 1L;

  private final long things;
  private final int partitions;

  EvenPartitioner(long things, int partitions) {
    this.things = things;
    this.partitions = partitions;
  }

  @Override
  public int numPartitions() {
    return partitions;
  }

  @Override
  public int getPartition(Object number) {
    return (int) (Math.multiplyExact((Long) number, (long) partitions) / things);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EvenPartitioner that
        && that.things == things
        && that.partitions == partitions;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(things) + partitions;
  }
}
