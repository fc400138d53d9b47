package io.lofn.core.text;

/** Shortens long texts for messages. */
public final class Abbreviated {

  private static final int SHOWN = 300;

  /** The limit for lines of a tool. */
  private static final int LONGEST_LINE = 2000;

  private Abbreviated() {}

  /** Returns the text, or its beginning and its length. */
  public static String of(String text) {
    return of(text, SHOWN);
  }

  /** Returns a line that a tool wrote, which may be longer than other texts. */
  public static String line(String text) {
    return of(text, LONGEST_LINE);
  }

  private static String of(String text, int shown) {
    return text.length() <= shown
        ? text
        : "%s... (%d characters)".formatted(text.substring(0, shown), text.length());
  }

  /** Returns the text with each of these words abbreviated. */
  public static String words(String text, Iterable<String> words) {
    String shorter = text;
    for (String word : words) {
      if (word.length() > SHOWN) {
        shorter = shorter.replace(word, of(word));
      }
    }
    return shorter;
  }
}
