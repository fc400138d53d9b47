package io.lofn.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Streams one after another, each opened when it is its turn. Not {@link Stream#flatMap}: the
 * iterator of that takes all of a stream into memory before it gives its first record.
 */
final class Concatenation<O> implements Iterator<O>, AutoCloseable {

  private final Iterator<? extends Part<O>> parts;
  private @Nullable Stream<O> open;
  private Iterator<O> records;

  private Concatenation(Iterator<? extends Part<O>> parts) {
    this.parts = parts;
    this.records = Stream.<O>empty().iterator();
  }

  static <O> Stream<O> of(Iterator<? extends Part<O>> parts) {
    Concatenation<O> all = new Concatenation<>(parts);
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(all, Spliterator.ORDERED), false)
        .onClose(all::close);
  }

  @Override
  public boolean hasNext() {
    while (!records.hasNext()) {
      close();
      if (!parts.hasNext()) {
        return false;
      }
      try {
        open = parts.next().open();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      records = open.iterator();
    }
    return true;
  }

  @Override
  public O next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return records.next();
  }

  @Override
  public void close() {
    Stream<O> closing = open;
    open = null;
    if (closing != null) {
      records = Stream.<O>empty().iterator();
      closing.close();
    }
  }

  /** Opens one of the streams. */
  @FunctionalInterface
  interface Part<O> {
    Stream<O> open() throws IOException;
  }
}
