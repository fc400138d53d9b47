package io.lofn.core.feed;

import io.lofn.api.PartitionWriter;
import io.lofn.api.RunInput;
import io.lofn.core.streams.ToolStdin;
import java.io.IOException;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;

/** The records of a partition; knows afterwards whether there were any. */
final class ObservedRecords<T> implements Iterator<T> {

  private final Iterator<T> records;
  private final CompletableFuture<Boolean> known = new CompletableFuture<>();

  ObservedRecords(Iterator<T> records) {
    this.records = records;
  }

  @Override
  public boolean hasNext() {
    boolean more = records.hasNext();
    if (!known.isDone()) {
      known.complete(more);
    }
    return more;
  }

  @Override
  public T next() {
    T record = records.next();
    if (!known.isDone()) {
      known.complete(true);
    }
    return record;
  }

  /** Returns whether there were records; for the thread that has read them. */
  boolean any() {
    if (!known.isDone()) {
      known.complete(records.hasNext());
    }
    return known.join();
  }

  /** Returns the same, once a {@linkplain #settledBy writer} knows. */
  CompletableFuture<Boolean> known() {
    return known;
  }

  /**
   * Wraps a writer so that afterwards it is known whether there were records, even if the writer
   * did not ask for one. If it cannot be known, assumes that there were, so that no failure passes
   * for an empty partition.
   */
  PartitionWriter<T> settledBy(PartitionWriter<T> writer) {
    return new Settling<>(writer, this);
  }

  @SuppressWarnings("serial") // never sent: made and used in one run
  private static final class Settling<T> implements PartitionWriter<T> {

    private final transient PartitionWriter<T> writer;
    private final transient ObservedRecords<T> given;

    Settling(PartitionWriter<T> writer, ObservedRecords<T> given) {
      this.writer = writer;
      this.given = given;
    }

    @Override
    public void write(Iterator<T> records, RunInput run) throws IOException {
      try {
        writer.write(records, run);
        boolean unused = given.any();
      } catch (ToolStdin.Closed e) {
        boolean unused = given.any();
        throw e;
      } finally {
        given.known.complete(true);
      }
    }
  }
}
