package io.lofn.api;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;

/** Decodes bytes, and fails if they are not text instead of replacing them. */
final class StrictText {

  private static final char REPLACEMENT = '\uFFFD';
  private static final int PIECE = 8192;

  private StrictText() {}

  /**
   * Decodes a range of bytes.
   *
   * @param base the offset of the range in its source, for the message
   * @throws LofnException if the bytes are not text in the charset; names the source and the offset
   */
  static String decode(
      byte[] bytes, int start, int length, Charset charset, String source, long base) {
    String text = new String(bytes, start, length, charset);
    if (text.indexOf(REPLACEMENT) >= 0) {
      requireWellFormed(ByteBuffer.wrap(bytes, start, length), charset, source, base - start);
    }
    return text;
  }

  /** Tells a replacement character that was written from one that replaces invalid bytes. */
  private static void requireWellFormed(
      ByteBuffer bytes, Charset charset, String source, long base) {
    CharsetDecoder decoder = charset.newDecoder();
    CharBuffer piece = CharBuffer.allocate(PIECE);
    CoderResult result;
    do {
      piece.clear();
      result = decoder.decode(bytes, piece, true);
    } while (result.isOverflow());
    if (result.isError()) {
      throw new LofnException(
          "Invalid %s in %s at byte %d; choose another charset, or have invalid bytes replaced"
              .formatted(charset, source, base + bytes.position()));
    }
  }
}
