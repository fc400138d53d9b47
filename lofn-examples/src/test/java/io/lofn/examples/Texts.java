package io.lofn.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Texts that are difficult to count, by the kind of difficulty. */
final class Texts {

  private static final String NUMBERS =
      "1e3 1000 0x10 16 007 7 07 7.0 +7 -7 .7 -0 0 00 inf nan 1e400 9007199254740993"
          + " 9007199254740992 18446744073709551616";
  private static final String SYMBOLS =
      "\\ \\\\ \\n"
          + " a\\ \\x41 % %s %d %% $0 $1 ${x} ` ' \" ''' > >x # * ? [a-z] ; & | ! ~ { } ( ) ^ ^$ .";
  private static final String WHITE_SPACE = " \t\n\u000b\f\r";

  private Texts() {}

  static Map<String, byte[]> hostile() {
    Map<String, byte[]> texts = new LinkedHashMap<>();
    texts.put("nothing", new byte[0]);
    texts.put("blanks only", " \n\n\t \r\n \u000b\f ".getBytes(ISO_8859_1));
    texts.put("one word", "word".getBytes(ISO_8859_1));
    texts.put("no line feed at the end", "b a b\na".getBytes(ISO_8859_1));
    texts.put("empty lines", "\n\n\nb\n\n\na a\n\n".getBytes(ISO_8859_1));
    texts.put("carriage returns", "a\rb\r\na\r\r\nb\ra".getBytes(ISO_8859_1));
    texts.put("every white space", "a b\ta\nb\u000ba\fb\ra \t\n\u000b\f\r a".getBytes(ISO_8859_1));
    texts.put("upper and lower case", "The the THE the The _ A a Z z".getBytes(ISO_8859_1));
    texts.put("a byte order mark", "\ufeffa a \ufeffa".getBytes(UTF_8));
    texts.put("a byte order mark only", "\ufeff".getBytes(UTF_8));
    texts.put(
        "words that are not ASCII",
        "\u00e6ble \u00c6ble na\u00efve \u65e5\u672c \u65e5\u672c \ud83d\ude00 e\u0301 \u00e9 a\u00a0b"
            .getBytes(UTF_8));
    texts.put(
        "what is no UTF-8",
        "\u00ff \u00fe \u00c3 \u00e9t\u00e9 \u0080 \u0085 \u00a0".getBytes(ISO_8859_1));
    texts.put(
        "NULs", "a\0b a\0b a\0 a \0 \0\0 \1 \2 \3 \1\2 \2\3 \2\4 \1\0 \2\1".getBytes(ISO_8859_1));
    texts.put("words like numbers", (NUMBERS + " " + NUMBERS + " 007 1e3").getBytes(ISO_8859_1));
    texts.put(
        "words that shells and awk know", (SYMBOLS + " " + SYMBOLS + " \\").getBytes(ISO_8859_1));
    texts.put("control characters", everyByte());
    texts.put("a long line", "word and word ".repeat(100_000).getBytes(ISO_8859_1));
    texts.put("a long word", ("x ".repeat(10) + "y".repeat(300_000) + " x").getBytes(ISO_8859_1));
    texts.put("random bytes", random(30_000));
    return texts;
  }

  /** All of them in one. */
  static byte[] everything() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    hostile()
        .values()
        .forEach(
            text -> {
              all.writeBytes(text);
              all.write('\n');
            });
    return all.toByteArray();
  }

  private static byte[] everyByte() {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (int b = 0; b < 256; b++) {
      text.writeBytes(new byte[] {(byte) b, ' ', 'a', (byte) b, 'z', ' ', (byte) b, '\n'});
    }
    return text.toByteArray();
  }

  private static byte[] random(int size) {
    Random random = new Random(7);
    byte[] text = new byte[size];
    random.nextBytes(text);
    for (int i = 0; i < size; i += 1 + random.nextInt(4)) {
      text[i] = (byte) WHITE_SPACE.charAt(random.nextInt(WHITE_SPACE.length()));
    }
    return text;
  }
}
