package io.lofn.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How a command is started with an exact environment and without core dumps. A shell sets the
 * limit, unless this process has it. It can also become the command itself, which saves a program,
 * if it passes on the environment as it is, and if the JVM's character set has all characters.
 */
final class LocalProcessCommand {

  static final String SHELL = "/bin/sh";
  static final String ENV = "/usr/bin/env";

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** Removes what a shell adds to the environment. */
  private static final String BECOME = "ulimit -c 0\nunset PWD OLDPWD\nexec \"$@\"";

  /** Unlike bash, these shells do not set a variable for the programs that they become. */
  private static final boolean EXACT = isExact();

  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final Pattern NONE = Pattern.compile("Max core file size +0 .*");

  /** Whether this process, and so each that it starts, makes no core dumps. */
  private static final boolean NO_CORES = hasNoCores();

  private final Map<String, String> environment;
  private final List<String> command;

  LocalProcessCommand(Map<String, String> environment, List<String> command) {
    this.environment = environment;
    this.command = command;
  }

  private static boolean isExact() {
    try {
      String name = Path.of(SHELL).toRealPath().getFileName().toString();
      return name.equals("dash") || name.equals("busybox");
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean hasNoCores() {
    try {
      return Files.readAllLines(LIMITS).stream().anyMatch(line -> NONE.matcher(line).matches());
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Starts the command.
   *
   * @param set sets the working directory and the streams
   */
  Process start(LocalProcessFiles files, UnaryOperator<ProcessBuilder> set) throws IOException {
    if (NO_CORES && isPassedOn() && hasPathOfThisProcess()) {
      ProcessBuilder direct = new ProcessBuilder(command);
      direct.environment().clear();
      direct.environment().putAll(environment);
      try {
        return set.apply(direct).start();
      } catch (IOException e) {
        // A shell tells the tool's standard error and exit code why it cannot be started.
        return set.apply(builder(files)).start();
      }
    }
    return set.apply(builder(files)).start();
  }

  /** Java looks for a program in the path of its own. */
  private boolean hasPathOfThisProcess() {
    return Objects.equals(environment.get("PATH"), System.getenv("PATH"));
  }

  /** Returns the process to start; writes a script into the directory if it has to. */
  private ProcessBuilder builder(LocalProcessFiles files) throws IOException {
    ProcessBuilder builder = new ProcessBuilder();
    builder.environment().clear();
    if (isPassedOn()) {
      List<String> words = new ArrayList<>(List.of(SHELL, "-c", BECOME, "sh"));
      words.addAll(command);
      builder.environment().putAll(environment);
      return builder.command(words);
    }
    List<String> words = new ArrayList<>(List.of(ENV, "-i"));
    environment.forEach((name, value) -> words.add(name + "=" + value));
    words.addAll(command);
    return builder.command(SHELL, files.script(words).toString());
  }

  private boolean isPassedOn() {
    return EXACT
        && !command.get(0).startsWith("-")
        && environment.keySet().stream().allMatch(name -> NAME.matcher(name).matches())
        && !environment.containsKey("PWD")
        && !environment.containsKey("OLDPWD")
        && Stream.concat(command.stream(), environment.values().stream())
            .allMatch(text -> text.chars().allMatch(each -> each > 0 && each < 0x80));
  }
}
