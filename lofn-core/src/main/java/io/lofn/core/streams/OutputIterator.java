package io.lofn.core.streams;

import io.lofn.api.Printable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.stream.Stream;

/**
 * The records of a tool's output. Not thread-safe.
 *
 * @param <O> the type of a record
 */
public final class OutputIterator<O> implements Iterator<O> {

  /** Where the records come from. */
  public interface Source {

    /** The calling thread is about to take a record. */
    void takenHere();

    /**
     * All records were taken.
     *
     * @throws IOException if the output has not ended as it should
     */
    void finish() throws IOException;

    /** Returns what to throw for a failure of taking a record. */
    RuntimeException readingFailed(RuntimeException cause);
  }

  private final Stream<O> stream;
  private final Iterator<O> records;
  private final Source source;
  private final Runnable atEnd;
  private boolean ended;

  /**
   * @param stream the records; closed at their end
   * @param atEnd called once at the end of the records, also if that is a failure
   */
  public OutputIterator(Stream<O> stream, Source source, Runnable atEnd) {
    this.stream = stream;
    this.records = stream.iterator();
    this.source = source;
    this.atEnd = atEnd;
  }

  @Override
  public boolean hasNext() {
    if (ended) {
      return false;
    }
    source.takenHere();
    try {
      if (records.hasNext()) {
        return true;
      }
      end();
      return false;
    } catch (RuntimeException e) {
      throw source.readingFailed(e);
    }
  }

  private void end() {
    ended = true;
    try (stream) {
      source.finish();
    } catch (IOException e) {
      throw new UncheckedIOException(Printable.failure(e));
    } finally {
      atEnd.run();
    }
  }

  @Override
  public O next() {
    if (!hasNext()) {
      throw new NoSuchElementException("The output has no more records");
    }
    source.takenHere();
    try {
      return records.next();
    } catch (RuntimeException e) {
      throw source.readingFailed(e);
    }
  }
}
