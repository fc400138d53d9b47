package io.lofn.api;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Text that somebody else has chosen, such as what a tool writes, the name of a file that it made,
 * or an engine's answer that repeats it, as text for people: for messages and logs. What could
 * steer a terminal, hide or reorder what is shown, or pass for another line is written as an escape
 * sequence: {@code \n}, {@code \r}, {@code \0}, {@code \x1b} for other control characters, and
 * {@code \}{@code u{202e}} for what has more digits. Tabs stay.
 *
 * <p>Messages of {@link LofnException} are made so by themselves; a log's are not.
 */
public final class Printable {

  private static final int MOST_CAUSES = 50;
  private static final int END_OF_LATIN_1 = 0x100;
  private static final String INDENTATION = "    ";

  private Printable() {}

  /**
   * Text that is to stay in one line.
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
   * Text that may have lines. All but the first begin with a blank, so that none of them passes for
   * the first line of an entry of a log: where one does not, it is indented.
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
   * A failure whose own message and those of its causes may have text of somebody else.
   *
   * @param failure what was thrown
   * @return the failure itself if all of it is printable, else one that is, with the same stack
   *     trace and shown as one of the same class
   */
  public static IOException failure(IOException failure) {
    return isPrintable(failure) ? failure : new Printed(failure, MOST_CAUSES);
  }

  /** The same for the cause of an exception of lofn. */
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

  /** Another exception, as text: shown under that one's name, which {@code getMessage()} cannot. */
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
