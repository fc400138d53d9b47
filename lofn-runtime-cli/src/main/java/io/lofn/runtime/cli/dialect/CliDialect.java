package io.lofn.runtime.cli.dialect;

import com.fasterxml.jackson.databind.node.TextNode;
import io.lofn.api.EngineException;
import io.lofn.spi.RuntimeFeature;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a command line says what is asked of it. In the arguments, <code>{}</code> stands for the
 * value, and <code>{json}</code> for the value as JSON; some words have more. Immutable.
 *
 * @param name the dialect's name
 * @param program the program that usually speaks it
 * @param family what a container is to that program
 * @param options what it can say about a container; what is missing it cannot
 * @param leavesOomFile whether a file {@code oom} in the working directory of {@code start} says
 *     that the memory limit was hit
 * @param harmless the options of the program that give a tool nothing of the node
 */
public record CliDialect(
    String name,
    String program,
    Family family,
    Map<DialectOption, List<String>> options,
    boolean leavesOomFile,
    HarmlessOptions harmless) {

  /** What a container is. */
  public enum Family {
    /** Something an engine keeps, which is created, started, looked at and removed. */
    ENGINE,
    /** A process of this one, and those that it starts. */
    RUNNER
  }

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{[a-z]*}");

  public CliDialect {
    options = Map.copyOf(options);
  }

  public boolean isRunner() {
    return family == Family.RUNNER;
  }

  public boolean has(DialectOption option) {
    return options.containsKey(option);
  }

  /** The same without a word. */
  CliDialect without(DialectOption option) {
    Map<DialectOption, List<String>> others = new EnumMap<>(options);
    others.remove(option);
    return new CliDialect(name, program, family, others, leavesOomFile, harmless);
  }

  /** What cannot be had because there is no word for it. */
  Set<RuntimeFeature> unsupportedFeatures() {
    Set<RuntimeFeature> unsupported = EnumSet.noneOf(RuntimeFeature.class);
    for (DialectOption option : DialectOption.values()) {
      if (!has(option)) {
        option.feature().ifPresent(unsupported::add);
      }
    }
    return unsupported;
  }

  /** The arguments that say this, or empty if the dialect cannot. */
  public Optional<List<String>> say(DialectOption option, String value) {
    return say(option, Map.of("{}", value));
  }

  /** The arguments that say this, or empty if the dialect cannot. */
  public Optional<List<String>> say(DialectOption option, Map<String, String> values) {
    return Optional.ofNullable(options.get(option))
        .map(arguments -> arguments.stream().map(each -> fill(each, values)).toList());
  }

  /** The arguments that say this. */
  public List<String> demand(DialectOption option, Map<String, String> values) {
    return say(option, values)
        .orElseThrow(
            () ->
                new EngineException(
                    "The dialect %s has no word for %s".formatted(name, option.key())));
  }

  /** In one pass, so that nothing in a value is taken for a placeholder. */
  private static String fill(String argument, Map<String, String> values) {
    return PLACEHOLDER
        .matcher(argument)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    found.group().equals("{json}")
                        ? new TextNode(values.getOrDefault("{}", "")).toString()
                        : values.getOrDefault(found.group(), found.group())));
  }
}
