package io.lofn.spark.reduce;

import java.util.Iterator;
import scala.Tuple2;

/** The records of a partition, each with its position. */
public final class PositionedIterator<T> implements Iterator<Tuple2<Long, T>> {

  private final int partition;
  private final Iterator<T> records;
  private long position;

  public PositionedIterator(int partition, Iterator<T> records) {
    this.partition = partition;
    this.records = records;
  }

  @Override
  public boolean hasNext() {
    return records.hasNext();
  }

  @Override
  public Tuple2<Long, T> next() {
    return new Tuple2<>(RecordPosition.of(partition, position++), records.next());
  }
}
