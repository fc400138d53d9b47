package io.lofn.api;

import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The end of a record; tells whether a record would be cut by it.
 *
 * <p>A record is read back unchanged if the first delimiter in the text of the record and the
 * delimiter after it is the latter. An earlier delimiter lies in the record as a whole, or consists
 * of the record's end and a part of the delimiter: then it begins as many characters before the
 * delimiter as the delimiter can be shifted against itself. What follows does not matter, since an
 * earlier delimiter ends earlier.
 */
final class Delimiter {

  private final String text;
  private final byte[] bytes;
  private final int unit;
  private final String[] textOverlaps;
  private final byte[][] byteOverlaps;

  Delimiter(String text, Charset charset) {
    this.text = text;
    this.bytes = text.getBytes(charset);
    this.unit = "\n".getBytes(charset).length;
    this.textOverlaps =
        IntStream.range(1, text.length())
            .filter(shift -> text.startsWith(text.substring(shift)))
            .mapToObj(shift -> text.substring(0, shift))
            .toArray(String[]::new);
    this.byteOverlaps =
        IntStream.range(1, bytes.length)
            .filter(shift -> shift % unit == 0)
            .filter(
                shift -> Arrays.equals(bytes, shift, bytes.length, bytes, 0, bytes.length - shift))
            .mapToObj(shift -> Arrays.copyOf(bytes, shift))
            .toArray(byte[][]::new);
  }

  /**
   * Checks that a delimiter cannot be confused with other characters of a charset.
   *
   * @throws IllegalArgumentException if it can
   */
  static void check(String text, Charset charset) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("The record delimiter is empty");
    }
    if (!charset.canEncode() || !charset.newEncoder().canEncode(text)) {
      throw new IllegalArgumentException(
          "The record delimiter %s cannot be written in %s".formatted(shown(text), charset));
    }
    if (text.charAt(0) >= ' ' && !keepsCharactersApart(charset)) {
      throw new IllegalArgumentException(
          "In %s the bytes of the record delimiter %s may be parts of other characters; let it begin with a control character, such as \\n, or use UTF-8"
              .formatted(charset, shown(text)));
    }
  }

  /** Returns whether no character's code occurs in or across the codes of others. */
  private static boolean keepsCharactersApart(Charset charset) {
    CharsetEncoder encoder = charset.newEncoder();
    return charset.name().startsWith("UTF-") || encoder.maxBytesPerChar() == 1;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Returns the number of bytes of which every character's code is a multiple. */
  int unit() {
    return unit;
  }

  /** Returns whether a record of characters would be cut. */
  boolean cuts(String record) {
    if (text.length() == 1) {
      return record.indexOf(text.charAt(0)) >= 0;
    }
    if (record.contains(text)) {
      return true;
    }
    for (String overlap : textOverlaps) {
      if (record.endsWith(overlap)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether a record of bytes, which has whole characters, would be cut. */
  boolean cuts(byte[] record) {
    for (int i = 0; i <= record.length - bytes.length; i += unit) {
      if (record[i] == bytes[0] && isAt(record, i, bytes)) {
        return true;
      }
    }
    for (byte[] overlap : byteOverlaps) {
      if (overlap.length <= record.length
          && isAt(record, record.length - overlap.length, overlap)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isAt(byte[] record, int start, byte[] what) {
    return Arrays.equals(record, start, start + what.length, what, 0, what.length);
  }

  @Override
  public String toString() {
    return shown(text);
  }

  private static String shown(String text) {
    StringBuilder shown = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> shown.append("\\n");
        case '\r' -> shown.append("\\r");
        case '\t' -> shown.append("\\t");
        default ->
            shown.append(
                c < ' ' || Character.isSurrogate(c)
                    ? "\\u%04x".formatted((int) c)
                    : Character.toString(c));
      }
    }
    return shown.append('"').toString();
  }
}
