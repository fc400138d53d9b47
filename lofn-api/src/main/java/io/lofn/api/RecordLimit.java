package io.lofn.api;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * The limit on the length of the records that a reader makes from a tool's output. It is checked
 * before memory is allocated.
 */
final class RecordLimit {

  /** The maximum length of an array; some JVMs reserve a few elements. */
  static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

  private static final int PIECE = 1 << 16;

  private final int bytes;
  private final Function<String, LofnException> failure;

  private RecordLimit(long bytes, Function<String, LofnException> failure) {
    if (bytes < 1) {
      throw new IllegalArgumentException("A record may have at least 1 byte, not " + bytes);
    }
    this.bytes = (int) Math.min(bytes, LONGEST_ARRAY);
    this.failure = requireNonNull(failure, "failure is null");
  }

  /** Returns the limit of a run. */
  static RecordLimit of(RunOutput run) {
    return new RecordLimit(run.maxRecordSize(), run::recordTooLong);
  }

  /** Returns the default limit, for no run in particular. */
  static RecordLimit standard() {
    return new RecordLimit(
        RunOutput.DEFAULT_MAX_RECORD_SIZE,
        where -> exceeded(where, RunOutput.DEFAULT_MAX_RECORD_SIZE));
  }

  /** Returns the default exception of a run. */
  static LofnException exceeded(String where, long limit) {
    return new LofnException(
        "A record has more than %d bytes: %s. Is the record delimiter right? If records may be so long, raise spark.lofn.record.maxSize (now %d)"
            .formatted(limit, where, limit));
  }

  int bytes() {
    return bytes;
  }

  /**
   * Returns the exception for a record that is too long.
   *
   * @param where the record, as in {@code "the record at byte 17 of hits.txt"}
   */
  LofnException failure(String where) {
    return failure.apply(where);
  }

  /** Reads a file as one record, unless it is too long. */
  byte[] read(Path file, String name) throws IOException {
    try (SeekableByteChannel channel = Files.newByteChannel(file);
        InputStream in = Channels.newInputStream(channel)) {
      long size = channel.size();
      if (size > bytes) {
        throw failure("%s, which has %d bytes".formatted(name, size));
      }
      byte[] record = new byte[(int) size];
      if (fill(record, in) < size || in.read() >= 0) {
        throw new IOException("The length of the file changed while it was read");
      }
      return record;
    }
  }

  /** Reads in pieces, since the JDK makes and keeps a copy of each outside the heap. */
  private static int fill(byte[] record, InputStream in) throws IOException {
    int done = 0;
    while (done < record.length) {
      int count = in.read(record, done, Math.min(PIECE, record.length - done));
      if (count < 0) {
        return done;
      }
      done += count;
    }
    return done;
  }

  /** Reads a stream as one record, up to the limit. */
  byte[] read(InputStream in, String name) throws IOException {
    byte[] record = in.readNBytes(bytes);
    if (record.length == bytes && in.read() >= 0) {
      throw failure("what is in " + name);
    }
    return record;
  }
}
