package io.lofn.api;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads times and sizes as users write them: a whole number and a unit, as in Spark's
 * configuration. A number without a unit is refused: what it means differs between programs. For
 * the keys of a runtime, too.
 */
@CheckReturnValue
public final class Units {

  private static final Pattern QUANTITY = Pattern.compile("(-?)([0-9]+)([a-z]*)");

  private static final Map<String, TimeUnit> TIMES =
      Map.of(
          "us", TimeUnit.MICROSECONDS,
          "ms", TimeUnit.MILLISECONDS,
          "s", TimeUnit.SECONDS,
          "m", TimeUnit.MINUTES,
          "min", TimeUnit.MINUTES,
          "h", TimeUnit.HOURS,
          "d", TimeUnit.DAYS);

  /** Each is 1024 times the one before; all may be followed by a b. */
  private static final String SIZES = "bkmgtp";

  private static final int BITS = 10;

  private Units() {}

  /**
   * A time, such as {@code 30s}. Units are us, ms, s, m or min, h, and d.
   *
   * @param text the text; upper and lower case are the same
   * @return whole milliseconds, at least one
   * @throws IllegalArgumentException if the text has no unit or another form, or is less than a
   *     millisecond; says what to write
   */
  public static Duration time(String text) {
    return time(text, 1);
  }

  /**
   * A time as {@link #time}, or none, such as {@code 0s}.
   *
   * @param text the text
   * @return whole milliseconds, at least zero
   * @throws IllegalArgumentException if the text has no unit or another form, or is negative
   */
  public static Duration timeOrZero(String text) {
    return time(text, 0);
  }

  private static Duration time(String text, long least) {
    Matcher time = quantity(text);
    boolean bare = isBare(time);
    TimeUnit unit = bare ? TimeUnit.MILLISECONDS : time.matches() ? TIMES.get(time.group(3)) : null;
    if (unit == null) {
      throw new IllegalArgumentException(
          "write a whole number and a unit, us, ms, s, m or min, h, or d, such as 50s");
    }
    long number = number(time, "a time such as 30s");
    long millis = unit.toMillis(number);
    if (millis < least) {
      throw new IllegalArgumentException("it must be at least 1ms; write a time such as 30s");
    }
    if (bare) {
      throw new IllegalArgumentException(
          "it has no unit; write %1$ds for seconds, or %1$dms for milliseconds".formatted(number));
    }
    return Duration.ofMillis(millis);
  }

  /**
   * A size, such as {@code 512m}. Units are b, k, m, g, t, and p, each 1024 times the one before,
   * with or without a b after them.
   *
   * @param text the text; upper and lower case are the same
   * @return bytes, at least 1
   * @throws IllegalArgumentException if the text has no unit or another form, is less than a byte,
   *     or more than a {@code long} can hold; says what to write
   */
  public static long size(String text) {
    Matcher size = quantity(text);
    boolean bare = isBare(size);
    int unit = bare ? 0 : size.matches() ? unit(size.group(3)) : -1;
    if (unit < 0) {
      throw new IllegalArgumentException(
          "write a whole number and a unit, b, k, m, g, t, or p, such as 250m");
    }
    long number = number(size, "a size such as 512m");
    if (number == 0) {
      throw new IllegalArgumentException("it must be at least 1 byte; write a size such as 512m");
    }
    if (bare) {
      throw new IllegalArgumentException(
          "it has no unit; write %1$dm for mebibytes, or %1$db for bytes".formatted(number));
    }
    try {
      return Math.multiplyExact(number, 1L << (unit * BITS));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("it is more than " + Long.MAX_VALUE + " bytes", e);
    }
  }

  /**
   * The value of a setter's text.
   *
   * @param setter the setter as users write it, such as {@code Tool.memory}
   */
  static <V> V ofSetter(String setter, String text, Function<String, V> parser) {
    try {
      return parser.apply(requireNonNull(text, "the text is null"));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s(\"%s\"): %s".formatted(setter, Printable.line(text), e.getMessage()), e);
    }
  }

  private static Matcher quantity(String text) {
    return QUANTITY.matcher(text.strip().toLowerCase(Locale.ROOT));
  }

  private static boolean isBare(Matcher quantity) {
    return quantity.matches() && quantity.group(3).isEmpty();
  }

  private static long number(Matcher quantity, String example) {
    if (quantity.group(1).equals("-")) {
      throw new IllegalArgumentException("it is negative; write " + example);
    }
    try {
      return Long.parseLong(quantity.group(2));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("the number is more than " + Long.MAX_VALUE, e);
    }
  }

  /** The power of 1024 that a unit is; below 0 if it is none. */
  private static int unit(String name) {
    boolean known =
        name.length() == 1 || (name.length() == 2 && name.endsWith("b") && !name.equals("bb"));
    return known ? SIZES.indexOf(name.charAt(0)) : -1;
  }
}
