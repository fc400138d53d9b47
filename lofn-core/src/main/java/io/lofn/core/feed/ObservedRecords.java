package io.lofn.core.feed;

import io.lofn.api.PartitionWriter;
import io.lofn.api.RunInput;
import io.lofn.core.streams.ToolStdin;
import io.lofn.core.task.TaskScope;
import java.io.IOException;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The records of a partition; knows afterwards whether there were any. */
final class ObservedRecords<T> implements Iterator<T> {

  private final Iterator<T> records;
  private final TaskScope task;
  private final CompletableFuture<Boolean> known = new CompletableFuture<>();
  private volatile Optional<String> file = Optional.empty();

  private volatile @Nullable Throwable failure;

  ObservedRecords(Iterator<T> records, TaskScope task) {
    this.records = records;
    this.task = task;
  }

  /** The file that the first record was read from, once one was read, and if Spark says so. */
  Optional<String> file() {
    return file;
  }

  private void settle(boolean any) {
    if (!known.isDone()) {
      if (any) {
        file = task.inputFile();
      }
      known.complete(any);
    }
  }

  @Override
  public boolean hasNext() {
    boolean more = upstream(records::hasNext);
    settle(more);
    return more;
  }

  @Override
  public T next() {
    T record = upstream(records::next);
    settle(true);
    return record;
  }

  /** Takes note of what the code that makes the records throws. */
  private <R> R upstream(Supplier<R> call) {
    try {
      return call.get();
    } catch (Throwable e) {
      failure = e;
      throw e;
    }
  }

  /** What the code that makes the records has thrown, which is no failure of a writer. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** Returns whether there were records; for the thread that has read them. */
  boolean any() {
    if (!known.isDone()) {
      settle(upstream(records::hasNext));
    }
    return known.join();
  }

  /** Whether it is known by now that there are none. */
  boolean areKnownToBeNone() {
    return !known.getNow(true);
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
