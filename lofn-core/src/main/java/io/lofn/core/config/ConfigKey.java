package io.lofn.core.config;

import io.lofn.api.LofnException;
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

  static ConfigKey<Boolean> flag(String name, String defaultText, String meaning) {
    return new ConfigKey<>(name, "true or false", defaultText, meaning, "1.0.0", ConfigKey::bool);
  }

  static ConfigKey<Duration> time(String name, String defaultText, String meaning) {
    return new ConfigKey<>(name, "time", defaultText, meaning, "1.0.0", ConfigKey::duration);
  }

  static ConfigKey<Long> size(String name, String defaultText, String meaning) {
    return new ConfigKey<>(name, "size", defaultText, meaning, "1.0.0", ConfigKey::bytes);
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

  private static Boolean bool(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("write true or false");
    };
  }

  private static Duration duration(String text) {
    return Units.duration(text);
  }

  private static Long bytes(String text) {
    long bytes = Units.bytes(text);
    if (bytes < 1) {
      throw new IllegalArgumentException("it must be at least 1 byte");
    }
    return bytes;
  }

  private static Long bytes(String text, long most) {
    long bytes = bytes(text);
    if (bytes > most) {
      throw new IllegalArgumentException("it must be at most " + most + " bytes");
    }
    return bytes;
  }

  private static Integer number(String text, int least) {
    int value = Integer.parseInt(text);
    if (value < least) {
      throw new IllegalArgumentException("it must be at least " + least);
    }
    return value;
  }

  private static Double positive(String text) {
    double value = Double.parseDouble(text);
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
