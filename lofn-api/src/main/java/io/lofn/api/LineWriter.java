package io.lofn.api;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.util.zip.GZIPOutputStream;

/** Writes records to one stream, each ended by the delimiter, without a copy of a whole record. */
final class LineWriter {

  private static final int PIECE = 1 << 13;

  private final Lines lines;
  private final OutputStream out;
  private final Writer writer;
  private final char[] piece = new char[PIECE];
  private long position;

  LineWriter(Lines lines, OutputStream out) {
    CodingErrorAction action =
        lines.isReplacing() ? CodingErrorAction.REPLACE : CodingErrorAction.REPORT;
    this.lines = lines;
    this.out = out;
    this.writer =
        new OutputStreamWriter(
            out,
            lines.charset().newEncoder().onMalformedInput(action).onUnmappableCharacter(action));
  }

  void write(String record) throws IOException {
    try {
      writePieces(record);
      writer.write(lines.delimiter());
    } catch (CharacterCodingException e) {
      throw notRepresentable(e);
    }
    position++;
  }

  /** A pair of surrogates may be cut in two: the writer keeps the first for the second. */
  private void writePieces(String record) throws IOException {
    int to;
    for (int from = 0; from < record.length(); from = to) {
      to = from + Math.min(PIECE, record.length() - from);
      record.getChars(from, to, piece, 0);
      writer.write(piece, 0, to - from);
    }
  }

  /** Hands everything on to the stream. */
  void finish() throws IOException {
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
    return new LofnException(
        "Record %d, or one shortly before it, has a character that %s cannot represent; choose another charset, or have such characters replaced"
            .formatted(position, lines.charset()),
        cause);
  }
}
