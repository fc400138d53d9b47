package io.lofn.runtime.cli.engine;

import io.lofn.api.EngineException;
import io.lofn.http.Uninterruptibly;
import io.lofn.runtime.cli.dialect.CliDialect;
import io.lofn.runtime.cli.dialect.DialectOption;
import io.lofn.runtime.cli.dialect.EngineInfo;
import io.lofn.runtime.cli.process.Command;
import io.lofn.runtime.cli.process.CommandResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An engine that is called through its command line. Immutable. */
public final class CliEngine {

  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int LOOKS = 10;

  private final Path program;
  private final EngineInfo info;
  private final Duration callTimeout;

  CliEngine(Path program, EngineInfo info, Duration callTimeout) {
    this.program = program;
    this.info = info;
    this.callTimeout = callTimeout;
  }

  public Path program() {
    return program;
  }

  public EngineInfo info() {
    return info;
  }

  public CliDialect dialect() {
    return info.dialect();
  }

  Duration callTimeout() {
    return callTimeout;
  }

  Command command(List<String> arguments) {
    List<String> argv = new ArrayList<>();
    argv.add(program.toString());
    argv.addAll(arguments);
    return Command.of(argv);
  }

  /** Calls the engine; a failure is in the result. */
  CommandResult call(String... arguments) {
    return call(command(List.of(arguments)), arguments[0], callTimeout);
  }

  /** Calls the engine; a failure is in the result. */
  CommandResult call(Command command, String verb, Duration timeout) {
    try {
      return command.run(timeout);
    } catch (IOException e) {
      throw notStarted(verb, e);
    }
  }

  /** Calls the engine, and throws an exception if the call fails. */
  CommandResult demand(Command command, String verb) {
    CommandResult result = call(command, verb, callTimeout);
    if (!result.succeeded()) {
      throw failure(verb, result);
    }
    return result;
  }

  EngineException failure(String verb, CommandResult result) {
    return CliFailure.of(program + " " + verb, result);
  }

  EngineException notStarted(String verb, IOException cause) {
    return new EngineException(
        "Could not run '%s %s': %s".formatted(program, verb, cause.getMessage()), cause);
  }

  /** Returns the state of a container; empty if the engine has no such container. */
  Optional<ContainerState> find(String id) {
    CommandResult result = inspect(ContainerState.FORMAT, List.of(id));
    if (result.succeeded()) {
      return Optional.of(ContainerState.parse(result.stdout()));
    }
    if (!result.cutOff() && CliFailure.isNoSuchContainer(result.message())) {
      return Optional.empty();
    }
    throw failure("container inspect", result);
  }

  /** Inspects containers; repeats the call where a container ended during it. */
  CommandResult inspect(String format, List<String> ids) {
    List<String> arguments =
        new ArrayList<>(List.of("container", "inspect", "--format", format, "--"));
    arguments.addAll(ids);
    CommandResult result = call(command(arguments), "container inspect", callTimeout);
    // Podman reads the process from /proc, and fails if that is gone.
    for (int look = 1; isOvertaken(result) && look < LOOKS; look++) {
      Uninterruptibly.sleep(PAUSE);
      result = call(command(arguments), "container inspect", callTimeout);
    }
    return result;
  }

  private static boolean isOvertaken(CommandResult result) {
    return !result.succeeded() && CliFailure.isProcessGone(result.message());
  }

  /** Kills and removes a container, if there is one. */
  void remove(String id) {
    List<String> arguments = new ArrayList<>(dialect().demand(DialectOption.REMOVE, Map.of()));
    arguments.add("--");
    arguments.add(id);
    long deadline = System.nanoTime() + callTimeout.toNanos();
    CommandResult result = call(command(arguments), "rm", callTimeout);
    while (isOvertakenByItsEnd(result) && System.nanoTime() < deadline) {
      Uninterruptibly.sleep(PAUSE);
      result = call(command(arguments), "rm", callTimeout);
    }
    boolean gone = result.succeeded() || CliFailure.isNoSuchContainer(result.message());
    if (result.cutOff() || !gone) {
      throw failure("rm", result);
    }
  }

  /** Another process removes it at the moment, or it ended by itself when podman was to kill it. */
  private static boolean isOvertakenByItsEnd(CommandResult result) {
    String said = result.message();
    return !result.succeeded()
        && (said.contains("already in progress") || said.contains("container not running"));
  }
}
