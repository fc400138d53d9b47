package io.lofn.core.run;

import io.lofn.api.Printable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.stream.Stream;

/** The records of a run's output. The end of the output ends the run. */
final class OutputIterator<O> implements Iterator<O> {

  private final Stream<O> stream;
  private final Iterator<O> records;
  private final RunOutputReader results;
  private final Runnable atEnd;
  private boolean ended;

  /**
   * @param atEnd ends the run
   */
  OutputIterator(Stream<O> stream, RunOutputReader results, Runnable atEnd) {
    this.stream = stream;
    this.records = stream.iterator();
    this.results = results;
    this.atEnd = atEnd;
  }

  @Override
  public boolean hasNext() {
    if (ended) {
      return false;
    }
    results.takenHere();
    try {
      if (records.hasNext()) {
        return true;
      }
      end();
      return false;
    } catch (RuntimeException e) {
      throw results.readingFailed(e);
    }
  }

  private void end() {
    ended = true;
    try (stream) {
      results.finish();
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
    results.takenHere();
    try {
      return records.next();
    } catch (RuntimeException e) {
      throw results.readingFailed(e);
    }
  }
}
