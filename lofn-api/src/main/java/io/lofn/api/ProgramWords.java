package io.lofn.api;

import java.util.List;

/** What the kernel passes to a program: arguments and environment variables of limited length. */
final class ProgramWords {

  /** Linux takes 32 pages of 4 KiB for one, of which the last byte is its end. */
  private static final int MOST_BYTES = 131_071;

  /** Longer texts are named by their beginning and their length. */
  private static final int SHOWN = 200;

  private static final String USE_A_FILE =
      "; hand what is longer over in a file: an input of the exchange or a volume";

  private ProgramWords() {}

  /** A copy of these arguments, none of which is too long. */
  static List<String> checked(List<String> argv) {
    for (int i = 0; i < argv.size(); i++) {
      String argument = argv.get(i);
      if (argument.indexOf('\0') >= 0) {
        throw new IllegalArgumentException(
            "Argument %d of the command contains a NUL: %s".formatted(i, abbreviated(argument)));
      }
      long bytes = bytes(argument);
      if (bytes > MOST_BYTES) {
        throw new IllegalArgumentException(
            "Argument %d of the command has %d bytes, and Linux passes at most %d to a program%s: %s"
                .formatted(i, bytes, MOST_BYTES, USE_A_FILE, abbreviated(argument)));
      }
    }
    return List.copyOf(argv);
  }

  static void checkVariable(String name, String value) {
    long bytes = bytes(name) + 1 + bytes(value);
    if (bytes > MOST_BYTES) {
      throw new IllegalArgumentException(
          "The environment variable %s has %d bytes, and Linux passes at most %d to a program%s"
              .formatted(abbreviated(name), bytes, MOST_BYTES, USE_A_FILE));
    }
  }

  /** In UTF-8, without a copy. */
  private static long bytes(String text) {
    return text.codePoints()
        .mapToLong(point -> point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4)
        .sum();
  }

  /** A text for people, who are not to read all of it where it is long. */
  static String abbreviated(String text) {
    return text.length() <= SHOWN
        ? text
        : "%s... (%d characters)".formatted(text.substring(0, SHOWN), text.length());
  }
}
