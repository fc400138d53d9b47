package io.lofn.runtime.cli.process;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.lofn.http.Uninterruptibly;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A program with its arguments, run without a shell. Immutable. */
public final class Command {

  private static final File NOTHING = new File("/dev/null");
  // A child of a killed process may still hold its streams.
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private final List<String> argv;
  private final Map<String, String> environment;
  private final @Nullable Path directory;
  private final boolean alone;

  private Command(
      List<String> argv, Map<String, String> environment, @Nullable Path directory, boolean alone) {
    this.argv = List.copyOf(argv);
    this.environment = Map.copyOf(environment);
    this.directory = directory;
    this.alone = alone;
  }

  public static Command of(List<String> argv) {
    return new Command(argv, Map.of(), null, false);
  }

  /** Returns this command with variables added to the environment of this process. */
  public Command environment(Map<String, String> variables) {
    return new Command(argv, variables, directory, false);
  }

  /** Returns this command with these variables in place of the environment of this process. */
  public Command onlyEnvironment(Map<String, String> variables) {
    return new Command(argv, variables, directory, true);
  }

  /** Returns this command in another working directory. */
  public Command in(Path workingDirectory) {
    return new Command(argv, environment, workingDirectory, alone);
  }

  /**
   * Starts it, without standard input.
   *
   * @throws IOException if it cannot be started
   */
  Process start() throws IOException {
    return builder().redirectInput(NOTHING).start();
  }

  /**
   * Starts it with a pipe as its standard input.
   *
   * @throws IOException if it cannot be started
   */
  Process startWithInput() throws IOException {
    return builder().start();
  }

  private ProcessBuilder builder() throws IOException {
    for (String argument : argv) {
      SystemCharset.check(argument, "an argument");
    }
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      SystemCharset.check(variable.getValue(), "the value of " + variable.getKey());
    }
    ProcessBuilder builder = new ProcessBuilder(argv);
    if (alone) {
      builder.environment().clear();
    }
    builder.environment().putAll(environment);
    // ch-run needs it even for --version.
    builder.environment().putIfAbsent("USER", NodeUser.name());
    if (directory != null) {
      builder.directory(directory.toFile());
    }
    return builder;
  }

  /**
   * Runs it to its end, or kills it after the timeout. An interrupt does not end the wait.
   *
   * @throws IOException if it cannot be started
   */
  public CommandResult run(Duration timeout) throws IOException {
    Process process = start();
    try {
      Capture stdout = Capture.of(process.getInputStream());
      Capture stderr = Capture.of(process.getErrorStream());
      boolean ended = Uninterruptibly.waitFor(process, timeout);
      return result(process, ended, stdout, stderr);
    } finally {
      ProcessTree.kill(process);
    }
  }

  /**
   * Runs it to its end, or kills it after the timeout or when the thread is interrupted.
   *
   * @throws IOException if it cannot be started
   */
  public CommandResult runInterruptibly(Duration timeout) throws IOException, InterruptedException {
    Process process = start();
    try {
      Capture stdout = Capture.of(process.getInputStream());
      Capture stderr = Capture.of(process.getErrorStream());
      boolean ended = process.waitFor(NANOSECONDS.convert(timeout), NANOSECONDS);
      return result(process, ended, stdout, stderr);
    } finally {
      ProcessTree.kill(process);
    }
  }

  private static CommandResult result(
      Process process, boolean ended, Capture stdout, Capture stderr) {
    if (!ended) {
      ProcessTree.kill(process);
    }
    int code = ended ? process.exitValue() : -1;
    return new CommandResult(code, stdout.text(LAST_WORDS), stderr.text(LAST_WORDS), !ended);
  }
}
