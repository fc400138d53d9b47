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

/** Reads a dialect that a user describes in a properties file, as the difference to a known one. */
public final class DialectFile {

  /** The property that names the file. */
  public static final String SETTING = "dialect.file";

  private static final String EXTENDS = "extends";
  private static final String NAME = "name";
  private static final String PROGRAM = "program";
  private static final String OPTION = "option.";

  /** Stands for no arguments: nothing has to be said. */
  private static final String NOTHING = "-";

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{[^}]*}");

  private final Path file;

  private DialectFile(Path file) {
    this.file = file;
  }

  /**
   * Reads a dialect.
   *
   * @throws EngineException if the file cannot be read, or says something that is not understood
   */
  public static CliDialect read(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new EngineException(
          "The dialect in %s (spark.lofn.cli.%s) cannot be read: %s".formatted(file, SETTING, e),
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
        .orElseThrow(() -> wrong("'extends' names no dialect: '%s'", name, Dialects.names()));
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
        throw wrong(key + " has no value '%s'", found.group(), List.copyOf(known));
      }
    }
    if (!known.isEmpty() && known.stream().noneMatch(value::contains)) {
      throw new EngineException(
          "Dialect %s: %s says no value; write one of %s"
              .formatted(file, key, new TreeSet<>(known)));
    }
  }

  private EngineException wrong(String what, String given, List<String> known) {
    String hint =
        known.isEmpty()
            ? "it takes none"
            : "did you mean '%s'?"
                .formatted(
                    known.stream()
                        .min(
                            Comparator.comparingInt((String each) -> distance(given, each))
                                .thenComparing(Comparator.naturalOrder()))
                        .orElseThrow());
    return new EngineException("Dialect %s: %s; %s".formatted(file, what.formatted(given), hint));
  }

  /** How many letters have to be changed, added or left out to get from the one to the other. */
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
