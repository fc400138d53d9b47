package io.lofn.api;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;

/** Writes records that are bytes to one stream, each ended by the delimiter. */
final class ByteLineWriter {

  private static final int BUFFER = 1 << 16;

  private final Delimiter delimiter;
  private final boolean multiLine;
  private final OutputStream compressed;
  private final OutputStream buffered;

  ByteLineWriter(Lines lines, OutputStream compressed) {
    this.delimiter = new Delimiter(lines.delimiter(), lines.charset());
    this.multiLine = lines.isMultiLine();
    this.compressed = compressed;
    this.buffered = new BufferedOutputStream(compressed, BUFFER);
  }

  /**
   * Writes a record.
   *
   * @param number its number, for messages
   */
  void write(byte[] record, long number) throws IOException {
    if (record.length % delimiter.unit() != 0) {
      throw new BadRecord(
          number,
          "has %d bytes, and characters of its charset have %d: the delimiter after it would not be found"
              .formatted(record.length, delimiter.unit()));
    }
    if (!multiLine && delimiter.cuts(record)) {
      throw cut(number, delimiter);
    }
    buffered.write(record);
    buffered.write(delimiter.bytes());
  }

  /** Returns the exception for a record that would be read as several. */
  static LofnException cut(long number, Delimiter delimiter) {
    return new BadRecord(
        number,
        "contains the delimiter %s, or forms one with the delimiter after it, and would be read as several records. Remove it, choose another Lines.delimiter, or use Lines.multiLine() if records may have several lines."
            .formatted(delimiter));
  }

  /** Flushes everything to the stream. */
  void finish() throws IOException {
    buffered.flush();
    if (compressed instanceof GZIPOutputStream gzip) {
      gzip.finish();
    }
    compressed.flush();
  }
}
