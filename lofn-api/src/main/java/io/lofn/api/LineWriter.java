package io.lofn.api;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes records to one stream, each ended by the delimiter. Does not copy a whole record if its
 * characters show whether the delimiter is in it; otherwise checks its bytes.
 */
final class LineWriter {

  private static final int PIECE = 1 << 13;

  /** Charsets that represent each character with bytes of its own. */
  private static final Set<String> FAITHFUL =
      Set.of("UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE", "ISO-8859-1", "US-ASCII");

  private final Lines lines;
  private final Charset charset;
  private final OutputStream out;
  private final Delimiter delimiter;
  private final Writer writer;
  private final @Nullable ByteLineWriter byteWriter;
  private final char[] piece = new char[PIECE];
  private long position;

  LineWriter(Lines lines, OutputStream out) {
    this.lines = lines;
    this.charset = lines.charset();
    this.out = out;
    this.delimiter = new Delimiter(lines.delimiter(), charset);
    this.writer =
        new OutputStreamWriter(
            out,
            charset
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
    this.byteWriter =
        lines.isReplacing() || !FAITHFUL.contains(charset.name())
            ? new ByteLineWriter(lines, out)
            : null;
  }

  void write(String record) throws IOException {
    write(record, position);
    position++;
  }

  /**
   * Writes a record.
   *
   * @param number its number, for messages, if not all records go to this writer
   */
  void write(String record, long number) throws IOException {
    position = number;
    try {
      ByteLineWriter bytes = byteWriter;
      if (bytes != null) {
        bytes.write(encoded(record), number);
      } else {
        if (!lines.isMultiLine() && delimiter.cuts(record)) {
          throw ByteLineWriter.cut(number, delimiter);
        }
        writePieces(record);
        writer.write(lines.delimiter());
      }
    } catch (CharacterCodingException e) {
      throw notRepresentable(e);
    }
  }

  private byte[] encoded(String record) throws CharacterCodingException {
    if (lines.isReplacing()) {
      return record.getBytes(charset);
    }
    ByteBuffer encoded = charset.newEncoder().encode(CharBuffer.wrap(record));
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  /** A pair of surrogates may be split: the writer keeps the first until the second arrives. */
  private void writePieces(String record) throws IOException {
    int to;
    for (int from = 0; from < record.length(); from = to) {
      to = from + Math.min(PIECE, record.length() - from);
      record.getChars(from, to, piece, 0);
      writer.write(piece, 0, to - from);
    }
  }

  /** Flushes everything to the stream. */
  void finish() throws IOException {
    ByteLineWriter bytes = byteWriter;
    if (bytes != null) {
      bytes.finish();
      return;
    }
    try {
      writer.flush();
    } catch (CharacterCodingException e) {
      throw notRepresentable(e);
    }
    if (out instanceof GZIPOutputStream gzip) {
      gzip.finish();
    }
    out.flush();
  }

  private LofnException notRepresentable(CharacterCodingException cause) {
    BadRecord bad =
        new BadRecord(
            position,
            "or one shortly before it has a character that %s cannot represent; choose another charset, or use Lines.replacing()"
                .formatted(charset));
    bad.initCause(cause);
    return bad;
  }
}
