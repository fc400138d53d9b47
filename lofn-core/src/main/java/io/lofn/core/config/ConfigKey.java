package io.lofn.core.config;

import io.lofn.api.LofnException;
import io.lofn.api.Units;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * One configuration key: its name, how its text becomes a value, and what the documentation says.
 *
 * @param name the whole name, {@code spark.lofn.} included
 * @param type the type as the documentation names it
 * @param defaultText the default as a user would write it; empty: not set
 * @param meaning one sentence for the documentation
 * @param since the first version that has the key
 * @param parser turns the trimmed text into a value, or throws {@link IllegalArgumentException}
 */
public record ConfigKey<T>(
    String name,
    String type,
    String defaultText,
    String meaning,
    String since,
    Function<String, T> parser) {

  static ConfigKey<String> text(String name, String defaultText, String meaning) {
    return new ConfigKey<>(name, "text", defaultText, meaning, "1.0.0", Function.identity());
  }

  static ConfigKey<List<String>> list(String name, String defaultText, String meaning) {
    return new ConfigKey<>(name, "list", defaultText, meaning, "1.0.0", ConfigKey::split);
  }

  /** A list that is one word alone, or of anything else. */
  static ConfigKey<List<String>> wordOrNames(
      String word, String example, String name, String meaning) {
    return new ConfigKey<>(
        name, "list", word, meaning, "1.0.0", text -> wordOrNames(word, example, split(text)));
  }

  static ConfigKey<Boolean> flag(String name, String defaultText, String meaning) {
    return new ConfigKey<>(name, "true or false", defaultText, meaning, "1.0.0", ConfigKey::bool);
  }

  static ConfigKey<Duration> time(String name, String defaultText, String meaning) {
    return new ConfigKey<>(name, "time", defaultText, meaning, "1.0.0", Units::time);
  }

  /** A time that may be none, such as 0s. */
  static ConfigKey<Duration> timeOrZero(String name, String defaultText, String meaning) {
    return new ConfigKey<>(name, "time", defaultText, meaning, "1.0.0", Units::timeOrZero);
  }

  static ConfigKey<Long> size(String name, String defaultText, String meaning) {
    return new ConfigKey<>(name, "size", defaultText, meaning, "1.0.0", Units::size);
  }

  /** A size that is not to be exceeded by what is in memory. */
  static ConfigKey<Long> sizeUpTo(long most, String name, String defaultText, String meaning) {
    return new ConfigKey<>(name, "size", defaultText, meaning, "1.0.0", t -> bytes(t, most));
  }

  static ConfigKey<Integer> count(String name, String defaultText, int least, String meaning) {
    return new ConfigKey<>(name, "number", defaultText, meaning, "1.0.0", t -> number(t, least));
  }

  static ConfigKey<HostPathMapping> pathMap(String name, String meaning) {
    return new ConfigKey<>(name, "pairs of paths", "", meaning, "1.0.0", HostPathMapping::parse);
  }

  static ConfigKey<Double> share(String name, String meaning) {
    return new ConfigKey<>(name, "number", "", meaning, "1.0.0", ConfigKey::positive);
  }

  static <E extends Enum<E>> ConfigKey<E> choice(
      String name, Class<E> type, String defaultText, String meaning) {
    String words = String.join(", ", words(type));
    return new ConfigKey<>(name, words, defaultText, meaning, "1.0.0", t -> oneOf(type, t));
  }

  /** The value of a text; empty if there is neither a text nor a default. */
  Optional<T> parse(String text) {
    String effective = text.isBlank() ? defaultText : text.strip();
    if (effective.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(parser.apply(effective));
    } catch (IllegalArgumentException e) {
      throw new LofnException(
          "%s = '%s' is not %s: %s".formatted(name, text, article(type), e.getMessage()), e);
    }
  }

  private static String article(String type) {
    return switch (type) {
      case "text", "list", "time", "size", "number" -> "a " + type;
      case "pairs of paths" -> "a list of " + type;
      default -> "one of " + type;
    };
  }

  private static List<String> split(String text) {
    return Arrays.stream(text.split(",")).map(String::strip).filter(t -> !t.isEmpty()).toList();
  }

  private static List<String> wordOrNames(String word, String example, List<String> names) {
    if (names.isEmpty() || (names.size() > 1 && names.contains(word))) {
      throw new IllegalArgumentException(
          "write %s alone, or names such as %s".formatted(word, example));
    }
    return names;
  }

  private static Boolean bool(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("write true or false");
    };
  }

  private static Long bytes(String text, long most) {
    long bytes = Units.size(text);
    if (bytes > most) {
      throw new IllegalArgumentException("it must be at most " + most + " bytes");
    }
    return bytes;
  }

  private static Integer number(String text, int least) {
    int value;
    try {
      value = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("write a whole number, such as " + Math.max(least, 8), e);
    }
    if (value < least) {
      throw new IllegalArgumentException("it must be at least " + least);
    }
    return value;
  }

  private static Double positive(String text) {
    double value;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("write a number, such as 1.5", e);
    }
    if (!(value > 0)) {
      throw new IllegalArgumentException("it must be greater than 0");
    }
    return value;
  }

  private static <E extends Enum<E>> E oneOf(Class<E> type, String text) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> word(constant).equals(text.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("write one of " + words(type)));
  }

  private static List<String> words(Class<? extends Enum<?>> type) {
    return Arrays.stream(type.getEnumConstants()).map(ConfigKey::word).toList();
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
