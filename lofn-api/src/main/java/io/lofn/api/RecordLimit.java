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
 * The longest record that a reader makes of what a tool wrote. It is compared before there is room
 * for more.
 */
final class RecordLimit {

  /** What an array can have; some JVMs keep a few elements for themselves. */
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

  /** The limit of a run. */
  static RecordLimit of(RunOutput run) {
    return new RecordLimit(run.maxRecordSize(), run::recordTooLong);
  }

  /** The limit of no run in particular. */
  static RecordLimit standard() {
    return new RecordLimit(
        RunOutput.DEFAULT_MAX_RECORD_SIZE,
        where -> exceeded(where, RunOutput.DEFAULT_MAX_RECORD_SIZE));
  }

  /** What a run says that has nothing else to say. */
  static LofnException exceeded(String where, long limit) {
    return new LofnException(
        "A record of more than %d bytes: %s. Is the record delimiter right? If records are meant to be so long, raise spark.lofn.record.maxSize (now %d)"
            .formatted(limit, where, limit));
  }

  int bytes() {
    return bytes;
  }

  /**
   * What to throw.
   *
   * @param where the record, as in {@code "the record at byte 17 of hits.txt"}
   */
  LofnException failure(String where) {
    return failure.apply(where);
  }

  /** Reads a file as one record, unless its length is too much. */
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

  /** In pieces, for of each the JDK makes and keeps a copy outside the heap. */
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

  /** Reads a stream as one record, and no further than the limit. */
  byte[] read(InputStream in, String name) throws IOException {
    byte[] record = in.readNBytes(bytes);
    if (record.length == bytes && in.read() >= 0) {
      throw failure("what is in " + name);
    }
    return record;
  }
}
