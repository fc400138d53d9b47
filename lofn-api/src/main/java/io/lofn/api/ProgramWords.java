package io.lofn.api;

import java.util.List;

/** Checks arguments and environment variables, whose length the kernel limits. */
final class ProgramWords {

  /** Linux accepts 32 pages of 4 KiB for each, of which the last byte is its end. */
  private static final int MOST_BYTES = 131_071;

  /** Less for a script, since text is put before it when it is run. */
  private static final int MOST_BYTES_OF_A_SCRIPT = 131_000;

  /** Messages abbreviate longer texts to their beginning and their length. */
  private static final int SHOWN = 300;

  private static final String USE_A_FILE =
      "; pass longer text in a file: an input of the exchange or a volume";

  private ProgramWords() {}

  /** Returns a copy of these arguments, none of which is too long. */
  static List<String> checked(List<String> argv) {
    for (int i = 0; i < argv.size(); i++) {
      check("Argument %d of the command".formatted(i), argv.get(i), MOST_BYTES);
    }
    return List.copyOf(argv);
  }

  static void checkScript(String script) {
    check("The script", script, MOST_BYTES_OF_A_SCRIPT);
  }

  private static void check(String what, String text, int most) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "%s contains a NUL: %s".formatted(what, abbreviated(text)));
    }
    long bytes = bytes(text);
    if (bytes > most) {
      throw new IllegalArgumentException(
          "%s has %d bytes, and Linux passes at most %d to a program%s: %s"
              .formatted(what, bytes, most, USE_A_FILE, abbreviated(text)));
    }
  }

  static void checkVariable(String name, String value) {
    long bytes = bytes(name) + 1 + bytes(value);
    if (bytes > MOST_BYTES) {
      throw new IllegalArgumentException(
          "The environment variable %s has %d bytes, and Linux passes at most %d to a program%s"
              .formatted(abbreviated(name), bytes, MOST_BYTES, USE_A_FILE));
    }
  }

  /** Returns the length in UTF-8, without a copy. */
  private static long bytes(String text) {
    return text.codePoints()
        .mapToLong(point -> point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4)
        .sum();
  }

  /** Returns a text for messages, abbreviated if it is long. */
  static String abbreviated(String text) {
    return text.length() <= SHOWN
        ? text
        : "%s... (%d characters)".formatted(text.substring(0, SHOWN), text.length());
  }
}
