package io.lofn.api;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Splits a byte stream at a delimiter; holds one record and one buffer at a time. */
final class LineIterator<R> implements Iterator<R>, Closeable {

  /** Makes a record from bytes that it must not keep. */
  @FunctionalInterface
  interface Decoder<R> {

    /** Decodes a record. The offset is that of the record in its source, for messages. */
    R decode(byte[] buffer, int start, int length, long offset);
  }

  private static final int BUFFER = 1 << 16;

  private final String source;
  private final InputStream in;
  private final Decoder<R> decoder;
  private final RecordLimit limit;
  private final byte[] delimiter;

  /** A delimiter counts only at whole code units: 2 bytes in UTF-16, 4 in UTF-32, else 1. */
  private final int unit;

  private byte[] buffer = new byte[BUFFER];
  private int start;
  private int end;
  private long offset;
  private boolean ended;
  private @Nullable R next;

  LineIterator(String source, InputStream in, Lines lines, RecordLimit limit, Decoder<R> decoder) {
    Charset charset = lines.charset();
    this.source = source;
    this.in = in;
    this.decoder = decoder;
    this.limit = limit;
    this.delimiter = lines.delimiter().getBytes(charset);
    this.unit = "\n".getBytes(charset).length;
  }

  Stream<R> stream() {
    Spliterator<R> records =
        Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED | Spliterator.NONNULL);
    return StreamSupport.stream(records, false).onClose(this::closeUnchecked);
  }

  @Override
  public boolean hasNext() {
    if (next == null) {
      try {
        next = read();
      } catch (IOException e) {
        throw new UncheckedIOException(
            "Cannot read " + source + " at byte " + offset, Printable.failure(e));
      }
    }
    return next != null;
  }

  @Override
  public R next() {
    if (!hasNext()) {
      throw new NoSuchElementException("No more records in " + source);
    }
    R record = next;
    next = null;
    return record;
  }

  private @Nullable R read() throws IOException {
    int scanned = 0;
    while (true) {
      int length = find(scanned);
      if (length >= 0) {
        return take(length, delimiter.length);
      }
      scanned = Math.max(0, end - start - delimiter.length + 1);
      requireShort(scanned);
      scanned -= scanned % unit;
      if (!fill()) {
        return end == start ? null : take(end - start, 0);
      }
    }
  }

  /** Returns the length of the first record of the buffer, or -1 if its delimiter is not there. */
  private int find(int from) {
    byte first = delimiter[0];
    int last = end - delimiter.length;
    for (int i = start + from; i <= last; i += unit) {
      if (buffer[i] == first && matches(i)) {
        return i - start;
      }
    }
    return -1;
  }

  private boolean matches(int at) {
    return delimiter.length == 1
        || Arrays.equals(buffer, at, at + delimiter.length, delimiter, 0, delimiter.length);
  }

  private boolean fill() throws IOException {
    if (ended) {
      return false;
    }
    if (start > 0) {
      System.arraycopy(buffer, start, buffer, 0, end - start);
      end -= start;
      start = 0;
    } else if (end == buffer.length) {
      grow();
    }
    int count = in.read(buffer, end, buffer.length - end);
    ended = count < 0;
    end += Math.max(0, count);
    return !ended;
  }

  /** Enlarges the buffer, up to the longest record with its delimiter. */
  private void grow() {
    long most = Math.min((long) limit.bytes() + delimiter.length, RecordLimit.LONGEST_ARRAY);
    if (buffer.length >= most) {
      throw tooLong();
    }
    buffer = Arrays.copyOf(buffer, (int) Math.min(2L * buffer.length, most));
  }

  private void requireShort(int length) {
    if (length > limit.bytes()) {
      throw tooLong();
    }
  }

  private LofnException tooLong() {
    return limit.failure("the record at byte %d of %s".formatted(offset, source));
  }

  private R take(int length, int skip) {
    requireShort(length);
    R record = decoder.decode(buffer, start, length, offset);
    start += length + skip;
    offset += length + skip;
    return record;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private void closeUnchecked() {
    try {
      close();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot close " + source, Printable.failure(e));
    }
  }
}
