package io.lofn.runtime.cli.dialect;

import io.lofn.api.EngineException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads a dialect from a properties file of the user, which lists the differences to a known
 * dialect.
 */
public final class DialectFile {

  /** The property that names the file. */
  public static final String SETTING = "dialect.file";

  private static final String EXTENDS = "extends";
  private static final String NAME = "name";
  private static final String PROGRAM = "program";
  private static final String OPTION = "option.";

  /** The prefix of options before it was renamed. */
  private static final String OLD_OPTION = "word.";

  /** The value of an option that is supported and needs no arguments. */
  private static final String NOTHING = "-";

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{[^}]*}");

  private final Path file;

  private DialectFile(Path file) {
    this.file = file;
  }

  /**
   * Reads a dialect.
   *
   * @throws EngineException if the file cannot be read, or has an unknown key or value
   */
  public static CliDialect read(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new EngineException(
          "Could not read the dialect file %s (spark.lofn.cli.%s): %s".formatted(file, SETTING, e),
          e);
    }
    return new DialectFile(file).dialect(properties);
  }

  private CliDialect dialect(Properties properties) {
    CliDialect base = base(properties.getProperty(EXTENDS, "").strip());
    Map<DialectOption, List<String>> options = new EnumMap<>(DialectOption.class);
    options.putAll(base.options());
    for (String key : new TreeSet<>(properties.stringPropertyNames())) {
      if (key.startsWith(OPTION)) {
        define(options, key, properties.getProperty(key).strip());
      } else if (key.startsWith(OLD_OPTION)) {
        throw renamed(key);
      } else if (!Set.of(EXTENDS, NAME, PROGRAM).contains(key)) {
        throw wrong("unknown key '%s'", key, List.of(EXTENDS, NAME, PROGRAM, "option.mount"));
      }
    }
    return new CliDialect(
        properties.getProperty(NAME, base.name()).strip(),
        properties.getProperty(PROGRAM, base.program()).strip(),
        base.family(),
        options,
        base.leavesOomFile(),
        base.harmless());
  }

  private CliDialect base(String name) {
    return Dialects.named(name)
        .orElseThrow(
            () -> wrong("'extends' names an unknown dialect '%s'", name, Dialects.names()));
  }

  private void define(Map<DialectOption, List<String>> options, String key, String value) {
    DialectOption option =
        Stream.of(DialectOption.values())
            .filter(each -> key.equals(OPTION + each.key()))
            .findFirst()
            .orElseThrow(() -> wrong("unknown option '%s'", key, keys()));
    if (value.isEmpty()) {
      options.remove(option);
    } else if (value.equals(NOTHING)) {
      options.put(option, List.of());
    } else {
      checkPlaceholders(key, option, value);
      options.put(option, List.of(value.split("\\s+", -1)));
    }
  }

  private static List<String> keys() {
    return Stream.of(DialectOption.values()).map(option -> OPTION + option.key()).toList();
  }

  private void checkPlaceholders(String key, DialectOption option, String value) {
    Set<String> known = new HashSet<>(option.placeholders());
    if (known.contains("{}")) {
      known.add("{json}");
    }
    Matcher found = PLACEHOLDER.matcher(value);
    while (found.find()) {
      if (!known.contains(found.group())) {
        throw wrong(key + " has no placeholder '%s'", found.group(), List.copyOf(known));
      }
    }
    if (!known.isEmpty() && known.stream().noneMatch(value::contains)) {
      throw new EngineException(
          "Dialect file %s: %s uses no placeholder; write one of %s where the value belongs"
              .formatted(file, key, new TreeSet<>(known)));
    }
  }

  private EngineException renamed(String key) {
    String name = nearest(OPTION + key.substring(OLD_OPTION.length()), keys());
    return new EngineException(
        "Dialect file %s: the key '%s' was renamed; write '%s'".formatted(file, key, name));
  }

  private EngineException wrong(String what, String given, List<String> known) {
    String hint =
        known.isEmpty()
            ? "this option takes none"
            : "did you mean '%s'?".formatted(nearest(given, known));
    return new EngineException(
        "Dialect file %s: %s; %s".formatted(file, what.formatted(given), hint));
  }

  private static String nearest(String given, List<String> known) {
    return known.stream()
        .min(
            Comparator.comparingInt((String each) -> distance(given, each))
                .thenComparing(Comparator.naturalOrder()))
        .orElseThrow();
  }

  /** Returns the edit distance: how many letters have to be changed, added or removed. */
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[to.length()];
  }
}
