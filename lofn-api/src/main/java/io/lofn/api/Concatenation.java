package io.lofn.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Concatenates streams, each opened when it is needed and closed when it has been read. The
 * iterator of a {@code flatMap} would hold all records of one of them.
 */
final class Concatenation<O> implements Iterator<O> {

  private final Iterator<Source<O>> sources;
  private Stream<O> current = Stream.empty();
  private Iterator<O> records = Collections.emptyIterator();

  private Concatenation(Iterator<Source<O>> sources) {
    this.sources = sources;
  }

  /** A source that can be read. */
  @FunctionalInterface
  interface Source<O> {
    Stream<O> open() throws IOException;
  }

  static <O> Stream<O> of(List<Source<O>> sources) {
    Concatenation<O> all = new Concatenation<>(sources.iterator());
    Spliterator<O> records = Spliterators.spliteratorUnknownSize(all, Spliterator.ORDERED);
    return StreamSupport.stream(records, false).onClose(() -> all.current.close());
  }

  @Override
  public boolean hasNext() {
    while (!records.hasNext()) {
      if (!sources.hasNext()) {
        return false;
      }
      current.close();
      open(sources.next());
    }
    return true;
  }

  private void open(Source<O> source) {
    try {
      current = source.open();
    } catch (IOException e) {
      throw new UncheckedIOException(Printable.failure(e));
    }
    records = current.iterator();
  }

  @Override
  public O next() {
    boolean unused = hasNext();
    return records.next();
  }
}
