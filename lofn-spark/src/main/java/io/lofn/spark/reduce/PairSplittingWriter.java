package io.lofn.spark.reduce;

import com.google.common.collect.Iterators;
import com.google.common.collect.PeekingIterator;
import io.lofn.api.PairWriter;
import io.lofn.api.PartitionWriter;
import io.lofn.api.RunInput;
import java.io.IOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import scala.Tuple2;

/**
 * Tells the records of two adjacent partitions apart by their positions, and writes them as a pair.
 */
public final class PairSplittingWriter<T> implements PartitionWriter<Tuple2<Long, T>> {

  private static final long serialVersionUID = 1L;

  private final PairWriter<T> writer;

  public PairSplittingWriter(PairWriter<T> writer) {
    this.writer = writer;
  }

  @Override
  public void write(Iterator<Tuple2<Long, T>> placed, RunInput run) throws IOException {
    PeekingIterator<Tuple2<Long, T>> records = Iterators.peekingIterator(placed);
    writer.write(new Side<>(records, true), new Side<>(records, false), run);
  }

  /** The records of the even or the odd partition of a stream in which the even one comes first. */
  private static final class Side<T> implements Iterator<T> {

    private final PeekingIterator<Tuple2<Long, T>> records;
    private final boolean left;

    Side(PeekingIterator<Tuple2<Long, T>> records, boolean left) {
      this.records = records;
      this.left = left;
    }

    @Override
    public boolean hasNext() {
      if (!records.hasNext()) {
        return false;
      }
      boolean nextIsLeft = RecordPosition.partitionOf(records.peek()._1) % 2 == 0;
      if (!left && nextIsLeft) {
        throw new IllegalStateException(
            "A PairWriter must read its left partition to the end before it begins the right one");
      }
      return left == nextIsLeft;
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException("The partition has no more records");
      }
      return records.next()._2;
    }
  }
}
