package io.lofn.spark.reduce;

/**
 * The position of a record, (partition, index), as one number that sorts like the pair. A plain
 * number needs no serializer and no comparator of its own.
 */
public final class RecordPosition {

  private static final int POSITION_BITS = 40;
  private static final long POSITIONS = 1L << POSITION_BITS;
  private static final int PARTITIONS = 1 << (Long.SIZE - 1 - POSITION_BITS);

  private RecordPosition() {}

  public static long of(int partition, long position) {
    if (partition >= PARTITIONS || position >= POSITIONS) {
      throw new IllegalArgumentException(
          "A reduce supports at most %d partitions of %d records, but this is record %d of partition %d"
              .formatted(PARTITIONS, POSITIONS, position, partition));
    }
    return ((long) partition << POSITION_BITS) | position;
  }

  public static int partitionOf(long place) {
    return (int) (place >>> POSITION_BITS);
  }
}
