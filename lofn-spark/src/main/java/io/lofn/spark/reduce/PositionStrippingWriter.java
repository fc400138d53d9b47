package io.lofn.spark.reduce;

import io.lofn.api.PartitionWriter;
import io.lofn.api.RunInput;
import java.io.IOException;
import java.util.Iterator;
import scala.Tuple2;

/** Writes records without their positions. */
public final class PositionStrippingWriter<T> implements PartitionWriter<Tuple2<Long, T>> {

  private static final long serialVersionUID = 1L;

  private final PartitionWriter<T> writer;

  public PositionStrippingWriter(PartitionWriter<T> writer) {
    this.writer = writer;
  }

  @Override
  public void write(Iterator<Tuple2<Long, T>> placed, RunInput run) throws IOException {
    writer.write(
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return placed.hasNext();
          }

          @Override
          public T next() {
            return placed.next()._2;
          }
        },
        run);
  }

  @Override
  public boolean usesStdin() {
    return writer.usesStdin();
  }
}
