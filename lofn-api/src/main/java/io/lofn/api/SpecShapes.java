package io.lofn.api;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** The forms of single values, of lists and of maps in tool documents. */
final class SpecShapes {

  /** As {@link Units} reads it. */
  private static final String SIZE = "^\\s*[0-9]+([bB]|[kKmMgGtTpP][bB]?)\\s*$";

  private static final String TIME =
      "^\\s*[0-9]+([uU][sS]|[mM][sS]|[sS]|[mM]([iI][nN])?|[hH]|[dD])\\s*$";

  static final SpecShape<String> TEXT = of("text", "string", String.class);
  static final SpecShape<Boolean> FLAG = of("true or false", "boolean", Boolean.class);
  static final SpecShape<Long> SIZE_TEXT =
      parsed(SIZE, "text with a unit, such as \"2g\"", Units::size);
  static final SpecShape<Duration> TIME_TEXT =
      parsed(TIME, "text with a unit, such as \"30m\"", Units::time);
  static final SpecShape<Charset> CHARSET =
      parsed(null, "the name of a charset, such as \"UTF-8\"", SpecShapes::charset);

  private SpecShapes() {}

  private static Charset charset(String name) {
    try {
      return Charset.forName(name);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "is no charset that this Java knows; write one such as UTF-8 or ISO-8859-1", e);
    }
  }

  private static <T> SpecShape<T> of(String name, String schema, Class<T> type) {
    return shape(Map.of("type", schema), (value, at) -> typed(value, at, name, type));
  }

  private interface Reading<T> {
    T read(Object value, SpecPath at);
  }

  private static <T> SpecShape<T> shape(Map<String, Object> schema, Reading<T> reading) {
    return new SpecShape<>() {
      @Override
      public T read(Object value, SpecPath at) {
        return reading.read(value, at);
      }

      @Override
      public Map<String, Object> schema() {
        return schema;
      }
    };
  }

  private static <T> SpecShape<T> parsed(String pattern, String what, Function<String, T> parser) {
    Map<String, Object> schema = new LinkedHashMap<>(Map.of("type", "string"));
    if (pattern != null) {
      schema.put("pattern", pattern);
    }
    return shape(
        schema,
        (value, at) -> {
          String text = typed(value, at, what, String.class);
          try {
            return parser.apply(text);
          } catch (IllegalArgumentException e) {
            String said = String.valueOf(e.getMessage());
            throw new ToolSpecException(
                at, "is \"%s\": %s".formatted(SpecPath.shown(text), said), e);
          }
        });
  }

  /** A whole number within bounds. */
  static SpecShape<Long> integer(long least, long most) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "integer");
    schema.put("minimum", least);
    if (most < Long.MAX_VALUE) {
      schema.put("maximum", most);
    }
    String what =
        most < Long.MAX_VALUE
            ? "a whole number from %d to %d".formatted(least, most)
            : "a whole number, at least " + least;
    return shape(
        schema,
        (value, at) -> {
          long number = whole(typed(value, at, what, Number.class), at, what);
          if (number < least || number > most) {
            throw new ToolSpecException(at, "must be %s, not %d".formatted(what, number));
          }
          return number;
        });
  }

  private static long whole(Number value, SpecPath at, String what) {
    try {
      return new BigDecimal(value.toString()).longValueExact();
    } catch (ArithmeticException | NumberFormatException e) {
      throw new ToolSpecException(at, "must be %s, not %s".formatted(what, shown(value)), e);
    }
  }

  /** A finite number above zero. */
  static SpecShape<Double> positiveNumber() {
    String what = "a number greater than 0";
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "number");
    schema.put("exclusiveMinimum", 0L);
    return shape(
        schema,
        (value, at) -> {
          double number = typed(value, at, what, Number.class).doubleValue();
          if (!(number > 0) || Double.isInfinite(number)) {
            throw new ToolSpecException(at, "must be %s, not %s".formatted(what, shown(value)));
          }
          return number;
        });
  }

  /** One of some words. */
  static SpecShape<String> word(List<String> words) {
    String what = "one of " + String.join(", ", words);
    return shape(
        Map.of("enum", words),
        (value, at) -> {
          String word = typed(value, at, what, String.class);
          if (!words.contains(word)) {
            throw new ToolSpecException(
                at,
                "is \"%s\"; it must be %s (did you mean %s?)"
                    .formatted(SpecPath.shown(word), what, NearestName.to(word, words)));
          }
          return word;
        });
  }

  /** One of the constants of an enum, in lower case. */
  static <E extends Enum<E>> SpecShape<E> choice(Class<E> type) {
    SpecShape<String> names =
        word(Arrays.stream(type.getEnumConstants()).map(SpecShapes::name).toList());
    return shape(
        names.schema(),
        (value, at) -> Enum.valueOf(type, names.read(value, at).toUpperCase(Locale.ROOT)));
  }

  /** The name of a constant in a document. */
  static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** A list with at least one item. */
  static <T> SpecShape<List<T>> list(SpecShape<T> items) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "array");
    schema.put("minItems", 1L);
    schema.put("items", items.schema());
    return shape(
        schema,
        (value, at) -> {
          List<?> given = typed(value, at, "a list", List.class);
          if (given.isEmpty()) {
            throw new ToolSpecException(at, "is an empty list; leave it out");
          }
          List<T> read = new ArrayList<>();
          for (Object item : given) {
            read.add(items.read(item, at.item(read.size())));
          }
          return read;
        });
  }

  /** A map from names to values. */
  static <T> SpecShape<Map<String, T>> map(SpecShape<T> values) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    schema.put("additionalProperties", values.schema());
    return shape(
        schema,
        (value, at) -> {
          Map<String, T> read = new LinkedHashMap<>();
          names(value, at).forEach((name, each) -> read.put(name, values.read(each, at.key(name))));
          return read;
        });
  }

  /** A value as a map whose keys are text. */
  static Map<String, Object> names(Object value, SpecPath at) {
    Map<String, Object> names = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : ((Map<?, ?>) typed(value, at, "a map", Map.class)).entrySet()) {
      if (!(entry.getKey() instanceof String name)) {
        throw new ToolSpecException(
            at,
            "has the key %s, which is %s; keys are text: put it in quotes"
                .formatted(shown(entry.getKey()), kind(entry.getKey())));
      }
      names.put(name, entry.getValue());
    }
    return names;
  }

  /** A value of a type. */
  static <T> T typed(Object value, SpecPath at, String what, Class<T> type) {
    if (type.isInstance(value)) {
      return type.cast(value);
    }
    boolean quotes = type == String.class && (value instanceof Number || value instanceof Boolean);
    throw new ToolSpecException(
        at,
        "must be %s, not %s%s"
            .formatted(
                what, kind(value), quotes ? "; put it in quotes%s".formatted(withUnit(what)) : ""));
  }

  private static String withUnit(String what) {
    return what.startsWith("text with a unit") ? ", with its unit" : "";
  }

  static String kind(Object value) {
    if (value instanceof Number || value instanceof Boolean) {
      return (value instanceof Number ? "the number " : "") + shown(value);
    }
    return value == null
        ? "nothing"
        : value instanceof String text
            ? "the text \"%s\"".formatted(SpecPath.shown(text))
            : value instanceof List
                ? "a list"
                : value instanceof Map ? "a map" : "a " + value.getClass().getName();
  }

  private static String shown(Object value) {
    return SpecPath.shown(
        value instanceof BigInteger || value instanceof BigDecimal
            ? new BigDecimal(value.toString()).round(new java.math.MathContext(20)).toString()
            : String.valueOf(value));
  }

  /** A size as text, exactly: in the largest unit of which it is a whole number. */
  static String size(long bytes) {
    String units = "bkmgtp";
    int unit = 0;
    long number = bytes;
    while (unit < units.length() - 1 && number % 1024 == 0) {
      number /= 1024;
      unit++;
    }
    return number + units.substring(unit, unit + 1);
  }

  /**
   * A time as text, exactly.
   *
   * @param setter what it was set by, for a message
   */
  static String time(String setter, Duration time) {
    long millis;
    try {
      millis = time.toMillis();
    } catch (ArithmeticException e) {
      throw new LofnException("%s: %s is too long for a tool document".formatted(setter, time), e);
    }
    if (!Duration.ofMillis(millis).equals(time)) {
      throw new LofnException(
          "%s: %s is no whole number of milliseconds, which a tool document needs"
              .formatted(setter, time));
    }
    for (Map.Entry<String, Long> unit : TIMES.entrySet()) {
      if (millis % unit.getValue() == 0) {
        return millis / unit.getValue() + unit.getKey();
      }
    }
    return millis + "ms";
  }

  /** Milliseconds of each unit, largest first. */
  private static final Map<String, Long> TIMES = times();

  private static Map<String, Long> times() {
    Map<String, Long> times = new LinkedHashMap<>();
    times.put("d", Duration.ofDays(1).toMillis());
    times.put("h", Duration.ofHours(1).toMillis());
    times.put("m", Duration.ofMinutes(1).toMillis());
    times.put("s", Duration.ofSeconds(1).toMillis());
    return times;
  }
}
