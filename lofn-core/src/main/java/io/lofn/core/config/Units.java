package io.lofn.core.config;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads times and sizes as Spark's configuration has them. */
final class Units {

  private static final Pattern TIME = Pattern.compile("(-?[0-9]+)([a-z]*)");

  private static final Pattern SIZE = Pattern.compile("([0-9]+)([a-z]*)");

  private static final Map<String, TimeUnit> TIMES =
      Map.of(
          "", TimeUnit.MILLISECONDS,
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
   * A time in whole milliseconds, its unit if it names none.
   *
   * @throws IllegalArgumentException if the text is none
   */
  static Duration duration(String text) {
    Matcher time = TIME.matcher(text.strip().toLowerCase(Locale.ROOT));
    TimeUnit unit = time.matches() ? TIMES.get(time.group(2)) : null;
    if (unit == null) {
      throw new IllegalArgumentException(
          "write a whole number and a unit, us, ms, s, m or min, h, or d, such as 50s");
    }
    return Duration.ofMillis(unit.toMillis(number(time.group(1))));
  }

  /**
   * A size in bytes, its unit if it names none.
   *
   * @throws IllegalArgumentException if the text is none, or too large for a long
   */
  static long bytes(String text) {
    Matcher size = SIZE.matcher(text.strip().toLowerCase(Locale.ROOT));
    int unit = size.matches() ? unit(size.group(2)) : -1;
    if (unit < 0) {
      throw new IllegalArgumentException(
          "write a whole number and a unit, b, k, m, g, t, or p, such as 250m");
    }
    try {
      return Math.multiplyExact(number(size.group(1)), 1L << (unit * BITS));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("it is more than " + Long.MAX_VALUE + " bytes", e);
    }
  }

  private static long number(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("the number is more than " + Long.MAX_VALUE, e);
    }
  }

  /** The power of 1024 that a unit is; below 0 if it is none. */
  private static int unit(String name) {
    boolean known =
        name.length() <= 1 || (name.length() == 2 && name.endsWith("b") && !name.equals("bb"));
    return name.isEmpty() ? 0 : known ? SIZES.indexOf(name.charAt(0)) : -1;
  }
}
