package io.lofn.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.lofn.api.LofnException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.util.LineReader;

/**
 * Reads and checks FASTQ records of four lines each: {@code @id}, bases, {@code +}, and as many
 * qualities. A line ends with a line feed, a carriage return or both; empty lines between records
 * are skipped.
 */
final class FastqParser {

  private static final byte[] LINE_FEED = {'\n'};
  private static final int SHOWN = 60;

  private final LineReader lines;
  private final Path file;
  private final Text line = new Text();
  private final Text record = new Text();
  private long position;
  private long next;

  /**
   * Creates a parser, which does not close the stream.
   *
   * @param offset the offset in the file of the stream's first byte, where a record begins
   */
  FastqParser(InputStream in, long offset, Path file) {
    this.lines = new LineReader(in);
    this.file = file;
    this.position = offset;
    this.next = offset;
  }

  /**
   * Finds the beginning of a record in a stream that may start anywhere. Qualities may begin with
   * {@code @}, too, but then the line after the next has bases, not a {@code +}.
   *
   * @param offset the offset in the file of the stream's first byte
   * @return the offset of the first line after this one that begins a record; -1 if there is none
   */
  static long nextBorder(InputStream in, long offset) throws IOException {
    LineReader lines = new LineReader(in);
    Text line = new Text();
    long position = offset + lines.readLine(line);
    long twoLinesAgo = -1;
    long oneLineAgo = -1;
    for (int length = lines.readLine(line); length > 0; length = lines.readLine(line)) {
      if (twoLinesAgo >= 0 && startsWith(line, '+')) {
        return twoLinesAgo;
      }
      twoLinesAgo = oneLineAgo;
      oneLineAgo = startsWith(line, '@') ? position : -1;
      position += length;
    }
    return -1;
  }

  /** Returns the offset of the current record; after the last one, the end of the file. */
  long position() {
    return position;
  }

  /** Returns the current record, without the end of its last line. */
  Text record() {
    return record;
  }

  /**
   * Reads a record.
   *
   * @return false at the end of the file
   * @throws LofnException if the record is invalid
   */
  boolean next() throws IOException {
    do {
      position = next;
      if (!readLine()) {
        return false;
      }
    } while (line.getLength() == 0);
    require(startsWith(line, '@'), "it must begin with @, not '%s'");
    record.set(line);
    int bases = readPart();
    require(
        !startsWith(line, '@') && !startsWith(line, '+'),
        "its second line must be its bases, not '%s'");
    readPart();
    require(startsWith(line, '+'), "its third line must begin with +, not '%s'");
    int qualities = readPart();
    if (qualities != bases) {
      throw new LofnException(
          "%s: the record %s at byte %d has %d bases and %d qualities; is the file truncated?"
              .formatted(file, shown(record), position, bases, qualities));
    }
    return true;
  }

  /** Reads a required line, adds it to the record, and returns its length. */
  private int readPart() throws IOException {
    if (!readLine()) {
      throw new LofnException(
          "%s is truncated in the record %s at byte %d".formatted(file, shown(record), position));
    }
    record.append(LINE_FEED, 0, LINE_FEED.length);
    record.append(line.getBytes(), 0, line.getLength());
    return line.getLength();
  }

  private boolean readLine() throws IOException {
    int length = lines.readLine(line);
    next += length;
    return length > 0;
  }

  private static boolean startsWith(Text text, char c) {
    return text.getLength() > 0 && text.getBytes()[0] == c;
  }

  private void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new LofnException(
          "%s: the record at byte %d is not FASTQ: %s"
              .formatted(file, position, otherwise.formatted(shown(line))));
    }
  }

  /** Returns the beginning of a text for a message: its first line, or a part of it. */
  private static String shown(Text text) {
    String beginning =
        new String(text.getBytes(), 0, Math.min(text.getLength(), SHOWN), ISO_8859_1);
    return beginning.lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", "?");
  }
}
