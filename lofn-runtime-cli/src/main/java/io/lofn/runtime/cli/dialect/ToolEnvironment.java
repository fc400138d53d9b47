package io.lofn.runtime.cli.dialect;

import io.lofn.api.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The tool's environment, in two parts: variables that reach the engine in a file, and variables
 * that reach it in the environment of the command. No value is put into an argument, where every
 * user of the node could read it. Immutable.
 *
 * <p>A variable goes into the file if its value is plain; its name does not matter. All parsers of
 * such files agree on plain values, but none accepts line breaks, and some change quotes or {@code
 * #}. Other values go through the environment of the command itself, unchanged, unless the command
 * would read the variable as its own setting.
 *
 * @param file the lines of the file
 * @param command the variables of the environment of the command
 */
public record ToolEnvironment(List<String> file, Map<String, String> command) {

  private static final Pattern NAME = Pattern.compile("[^\\s*#=]+");
  private static final Pattern PORTABLE_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private static final Pattern PLAIN =
      Pattern.compile(
          "([^\\p{Cntrl}\\s\"'`#$\\\\]([^\\p{Cntrl}\"'`#$\\\\]*[^\\p{Cntrl}\\s\"'`#$\\\\])?)?",
          Pattern.UNICODE_CHARACTER_CLASS);

  // Docker reads the file in lines of at most 64 KiB.
  private static final int LONGEST_PLAIN = 16_000;

  private static final Pattern OBEYED =
      Pattern.compile(
          "PATH|HOME|USER|LOGNAME|SHELL|PWD|TMPDIR|TERM|TZ|LANG|LANGUAGE|HOSTNAME"
              + "|GODEBUG|GOGC|GOMAXPROCS|GOMEMLIMIT|GOTRACEBACK|MAINPID|INVOCATION_ID"
              + "|(HTTPS?|ALL|NO|FTP)_PROXY"
              + "|(APPTAINER|BUILDAH|BUILDKIT|CH|CNI|COMPOSE|CONTAINERS?|DBUS|DOCKER|LC|LD|LISTEN|NETAVARK|NOTIFY"
              + "|OTEL|PODMAN|REGISTRY|SINGULARITY|SSH|SSL|STORAGE|XDG|)_.*");

  public ToolEnvironment {
    file = List.copyOf(file);
    command = Map.copyOf(command);
  }

  /**
   * Splits an environment.
   *
   * @throws EngineException if a variable can be passed in neither way
   */
  public static ToolEnvironment of(Map<String, String> variables) {
    List<String> file = new ArrayList<>();
    Map<String, String> command = new TreeMap<>();
    variables.forEach(
        (name, value) -> {
          if (PORTABLE_NAME.matcher(name).matches() && isPlain(value)) {
            file.add(name + "=" + value);
          } else {
            command.put(checked(name), value);
          }
        });
    return new ToolEnvironment(file, command);
  }

  private static boolean isPlain(String value) {
    return value.length() <= LONGEST_PLAIN && PLAIN.matcher(value).matches();
  }

  private static String checked(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new EngineException(
          "A command line cannot pass the environment variable '"
              + name
              + "'; rename the variable");
    }
    if (OBEYED.matcher(name.toUpperCase(Locale.ROOT)).matches()) {
      throw new EngineException(
          ("A command line cannot pass the environment variable %s with this value: the command"
                  + " reads this variable itself; remove line breaks, quotes, $, # and backslashes"
                  + " from the value, or rename the variable")
              .formatted(name));
    }
    return name;
  }

  /** Returns the names of the variables only: their values may be secrets. */
  @Override
  public String toString() {
    return file.stream().map(line -> line.substring(0, line.indexOf('='))).toList()
        + " "
        + command.keySet();
  }
}
