package io.lofn.api;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Makes text of others printable for messages and logs: the output of a tool, the name of a file
 * that it made, or an engine's answer that repeats it. Characters that could control a terminal,
 * hide or reorder text, or look like another line become an escape sequence: {@code \n}, {@code
 * \r}, {@code \0}, {@code \x1b} for other control characters, and {@code \}{@code u{202e}} for
 * those with more digits. Tabs are kept.
 *
 * <p>{@link LofnException} does this for its messages; a logger does not.
 */
public final class Printable {

  private static final int MOST_CAUSES = 50;
  private static final int END_OF_LATIN_1 = 0x100;
  private static final String INDENTATION = "    ";

  private Printable() {}

  /**
   * Returns text for one line.
   *
   * @param text any text
   * @return the text without control characters but tabs
   */
  public static String line(String text) {
    requireNonNull(text, "text is null");
    if (text.codePoints().allMatch(Printable::isPlain)) {
      return text;
    }
    StringBuilder printable = new StringBuilder(text.length() + INDENTATION.length());
    text.codePoints().forEach(point -> append(printable, point));
    return printable.toString();
  }

  /**
   * Returns text that may have several lines. All but the first begin with a blank, so that none of
   * them looks like the first line of a log entry; a line without one is indented.
   *
   * @param text any text
   * @return the text without control characters but tabs and line feeds
   */
  public static String text(String text) {
    requireNonNull(text, "text is null");
    String[] lines = text.split("\n", -1);
    StringBuilder printable = new StringBuilder(line(lines[0]));
    for (int i = 1; i < lines.length; i++) {
      String line = lines[i];
      boolean indented = line.isEmpty() || line.startsWith(" ") || line.startsWith("\t");
      printable.append('\n').append(indented ? "" : INDENTATION).append(line(line));
    }
    return printable.toString();
  }

  private static boolean isPlain(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL -> point == '\t';
      case Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }

  private static void append(StringBuilder text, int point) {
    switch (point) {
      case '\0' -> text.append("\\0");
      case '\n' -> text.append("\\n");
      case '\r' -> text.append("\\r");
      default -> {
        if (isPlain(point)) {
          text.appendCodePoint(point);
        } else {
          text.append((point < END_OF_LATIN_1 ? "\\x%02x" : "\\u{%x}").formatted(point));
        }
      }
    }
  }

  /**
   * Returns a failure whose message, and those of its causes, are printable.
   *
   * @param failure what was thrown
   * @return the failure itself if all of it is printable, otherwise a copy with the same stack
   *     trace and class name
   */
  public static IOException failure(IOException failure) {
    return isPrintable(failure) ? failure : new Printed(failure, MOST_CAUSES);
  }

  /** Does the same for the cause of an exception of lofn. */
  static @Nullable Throwable cause(@Nullable Throwable cause) {
    return cause == null || isPrintable(cause) ? cause : new Printed(cause, MOST_CAUSES);
  }

  private static boolean isPrintable(Throwable failure) {
    Throwable next = failure;
    for (int depth = 0; next != null && depth < MOST_CAUSES; depth++) {
      String said = next.toString();
      if (!text(said).equals(said)) {
        return false;
      }
      next = next.getCause();
    }
    return true;
  }

  /**
   * A printable copy of an exception, under the name of that exception's class, which {@code
   * getMessage()} cannot show.
   */
  @SuppressWarnings("OverrideThrowableToString")
  private static final class Printed extends IOException {

    private static final long serialVersionUID = 1L;

    private final String shown;

    Printed(Throwable failure, int causes) {
      super(
          failure.getMessage() == null ? null : text(failure.getMessage()),
          failure.getCause() == null || causes == 0
              ? null
              : new Printed(failure.getCause(), causes - 1));
      shown = text(failure.toString());
      setStackTrace(failure.getStackTrace());
    }

    @Override
    public String toString() {
      return shown;
    }
  }
}
