package io.lofn.core.text;

/** Texts for people, who are not to read all of it where it is long. */
public final class Abbreviated {

  private static final int SHOWN = 300;

  /** Of what a tool writes. */
  private static final int LONGEST_LINE = 2000;

  private Abbreviated() {}

  /** The text, or its beginning and its length. */
  public static String of(String text) {
    return of(text, SHOWN);
  }

  /** A line that a tool wrote; what it means to say may take some room. */
  public static String line(String text) {
    return of(text, LONGEST_LINE);
  }

  private static String of(String text, int shown) {
    return text.length() <= shown
        ? text
        : "%s... (%d characters)".formatted(text.substring(0, shown), text.length());
  }

  /** The text with each of these words abbreviated. */
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
