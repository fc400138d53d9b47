package io.lofn.api;

import static java.util.Objects.requireNonNull;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/** Uncompresses the members of a gzip stream. Only the end of the stream is the end of the data. */
final class GzipStream extends InputStream {

  private static final int BUFFER = 1 << 16;
  private static final int DEFLATE = 8;
  private static final int HAS_CHECKSUM = 1 << 1;
  private static final int HAS_EXTRA = 1 << 2;
  private static final int HAS_NAME = 1 << 3;
  private static final int HAS_COMMENT = 1 << 4;
  private static final int RESERVED = 0xe0;

  private final InputStream in;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 checksum = new CRC32();
  private final byte[] buffer = new byte[BUFFER];
  private final byte[] one = new byte[1];
  private int position;
  private int limit;
  private long consumed;
  private boolean first = true;
  private boolean inMember;
  private boolean ended;
  private boolean closed;

  GzipStream(InputStream in) {
    this.in = requireNonNull(in, "in is null");
  }

  @Override
  public int read() throws IOException {
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (closed) {
      throw new IOException("The stream is closed");
    }
    if (length == 0) {
      return 0;
    }
    while (!ended) {
      if (!inMember) {
        beginMember();
      } else {
        int count = inflate(bytes, offset, length);
        if (count > 0) {
          checksum.update(bytes, offset, count);
          return count;
        }
      }
    }
    return -1;
  }

  private int inflate(byte[] bytes, int offset, int length) throws IOException {
    try {
      int count = inflater.inflate(bytes, offset, length);
      if (count > 0) {
        return count;
      }
      if (inflater.finished()) {
        endMember();
      } else if (inflater.needsDictionary()) {
        throw invalid("a dictionary is required, which gzip does not support");
      } else if (!fill()) {
        throw cut();
      } else {
        inflater.setInput(buffer, 0, limit);
        position = limit;
      }
      return 0;
    } catch (DataFormatException e) {
      position = limit - inflater.getRemaining();
      ZipException failure = invalid(String.valueOf(e.getMessage()));
      failure.initCause(e);
      throw failure;
    }
  }

  private void beginMember() throws IOException {
    int magic = next();
    if (magic < 0) {
      ended = true;
    } else if (magic == 0 && !first) {
      skipPadding();
    } else {
      checksum.reset();
      checksum.update(magic);
      readHeader(magic);
      checksum.reset();
      inflater.reset();
      inflater.setInput(buffer, position, limit - position);
      position = limit;
      first = false;
      inMember = true;
    }
  }

  private void skipPadding() throws IOException {
    int padding = 0;
    while (padding == 0) {
      padding = next();
    }
    if (padding > 0) {
      throw invalid("something follows the zero bytes after the last member");
    }
    ended = true;
  }

  private void readHeader(int magic) throws IOException {
    if (magic != 0x1f || header() != 0x8b) {
      throw invalid(first ? "not in gzip format" : "something follows the last member");
    }
    int method = header();
    if (method != DEFLATE) {
      throw invalid("unknown compression method " + method);
    }
    int flags = header();
    if ((flags & RESERVED) != 0) {
      throw invalid("unknown flags " + flags);
    }
    skip(6);
    if ((flags & HAS_EXTRA) != 0) {
      skip(header() | header() << 8);
    }
    if ((flags & HAS_NAME) != 0) {
      skipText();
    }
    if ((flags & HAS_COMMENT) != 0) {
      skipText();
    }
    if ((flags & HAS_CHECKSUM) != 0) {
      long expected = checksum.getValue() & 0xffff;
      if ((header() | header() << 8) != expected) {
        throw invalid("the checksum of a header is wrong");
      }
    }
  }

  private void skip(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      header();
    }
  }

  private void skipText() throws IOException {
    int next = header();
    while (next != 0) {
      next = header();
    }
  }

  private int header() throws IOException {
    int next = needed();
    checksum.update(next);
    return next;
  }

  private void endMember() throws IOException {
    position = limit - inflater.getRemaining();
    long length = inflater.getBytesWritten() & 0xffffffffL;
    if (trailer() != checksum.getValue()) {
      throw invalid("the checksum of a member is wrong");
    }
    if (trailer() != length) {
      throw invalid("the length of a member is wrong");
    }
    inMember = false;
  }

  private long trailer() throws IOException {
    return needed() | needed() << 8 | needed() << 16 | (long) needed() << 24;
  }

  private int needed() throws IOException {
    int next = next();
    if (next < 0) {
      throw cut();
    }
    return next;
  }

  private int next() throws IOException {
    return position < limit || fill() ? buffer[position++] & 0xff : -1;
  }

  /** Waits for more data; returns false at the end. */
  private boolean fill() throws IOException {
    int count = 0;
    while (count == 0) {
      count = in.read(buffer, 0, buffer.length);
    }
    consumed += limit;
    position = 0;
    limit = Math.max(0, count);
    return count > 0;
  }

  private ZipException invalid(String what) {
    return new ZipException(
        "Invalid gzip data before byte %d: %s".formatted(consumed + position, what));
  }

  private EOFException cut() {
    return new EOFException(
        "The gzip data is cut short: it ends at byte %d, within a member"
            .formatted(consumed + position));
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      inflater.end();
      in.close();
    }
  }
}
