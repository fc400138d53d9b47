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
 * The command-line options of a program that runs containers. In the arguments of an option, <code>
 * {}</code> stands for the value, and <code>{json}</code> for the value as JSON; some options have
 * more placeholders. Immutable.
 *
 * @param name the dialect's name
 * @param program the usual name of the program
 * @param family whether that program is an engine or a runner
 * @param options the arguments of each option; an option that is missing is unsupported
 * @param leavesOomFile whether the program creates a file {@code oom} in the working directory of
 *     {@code start} when the memory limit was hit
 * @param harmless the options of the program that give a tool no access to the node
 */
public record CliDialect(
    String name,
    String program,
    Family family,
    Map<DialectOption, List<String>> options,
    boolean leavesOomFile,
    HarmlessOptions harmless) {

  /** The kind of program that runs a container. */
  public enum Family {
    /** An engine: it keeps containers, which are created, started, inspected and removed. */
    ENGINE,
    /** A runner: a container is a child process of this one, with the processes that it starts. */
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

  /** Returns this dialect without an option. */
  CliDialect without(DialectOption option) {
    Map<DialectOption, List<String>> others = new EnumMap<>(options);
    others.remove(option);
    return new CliDialect(name, program, family, others, leavesOomFile, harmless);
  }

  /** Returns the features that need an option which this dialect does not have. */
  Set<RuntimeFeature> unsupportedFeatures() {
    Set<RuntimeFeature> unsupported = EnumSet.noneOf(RuntimeFeature.class);
    for (DialectOption option : DialectOption.values()) {
      if (!has(option)) {
        option.feature().ifPresent(unsupported::add);
      }
    }
    return unsupported;
  }

  /** Returns the arguments of an option; empty if the dialect does not support it. */
  public Optional<List<String>> say(DialectOption option, String value) {
    return say(option, Map.of("{}", value));
  }

  /** Returns the arguments of an option; empty if the dialect does not support it. */
  public Optional<List<String>> say(DialectOption option, Map<String, String> values) {
    return Optional.ofNullable(options.get(option))
        .map(arguments -> arguments.stream().map(each -> fill(each, values)).toList());
  }

  /**
   * Returns the arguments of an option.
   *
   * @throws EngineException if the dialect does not support it
   */
  public List<String> demand(DialectOption option, Map<String, String> values) {
    return say(option, values)
        .orElseThrow(
            () ->
                new EngineException(
                    "The dialect %s does not support the option '%s'"
                        .formatted(name, option.key())));
  }

  /**
   * Replaces the placeholders in one pass, so that text in a value is never taken for a
   * placeholder.
   */
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
