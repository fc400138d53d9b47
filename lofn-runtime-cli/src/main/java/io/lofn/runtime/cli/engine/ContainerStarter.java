package io.lofn.runtime.cli.engine;

import io.lofn.api.EngineException;
import io.lofn.api.Printable;
import io.lofn.http.Uninterruptibly;
import io.lofn.runtime.cli.dialect.CreateArguments;
import io.lofn.runtime.cli.dialect.DialectOption;
import io.lofn.runtime.cli.dialect.ToolEnvironment;
import io.lofn.runtime.cli.process.AttachedProcess;
import io.lofn.runtime.cli.process.Command;
import io.lofn.runtime.cli.process.CommandResult;
import io.lofn.runtime.cli.process.RunDirectory;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.RunningContainer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates containers and starts them, attached.
 *
 * <p>It uses two calls, not one {@code run}: so the messages of the command line itself, from
 * warnings to a name that is in use, do not mix with the output of the tool, nor its exit code with
 * the tool's.
 */
final class ContainerStarter {

  private static final Logger LOG = LoggerFactory.getLogger(ContainerStarter.class);

  // Engines delay the answer about a container while they start it, so few calls are needed.
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(25);

  private final CliEngine engine;
  private final Function<String, Set<String>> unwanted;

  /**
   * @param unwanted returns the variables that the engine sets and an image does not have
   */
  ContainerStarter(CliEngine engine, Function<String, Set<String>> unwanted) {
    this.engine = engine;
    this.unwanted = unwanted;
  }

  RunningContainer start(ContainerSpec spec) {
    ToolEnvironment environment = ToolEnvironment.of(spec.settings().environment());
    RunDirectory directory = RunDirectory.create();
    try {
      String id = create(spec, environment, directory);
      return startCreated(id, spec, directory);
    } catch (RuntimeException | Error e) {
      directory.delete();
      throw e;
    }
  }

  private String create(ContainerSpec spec, ToolEnvironment environment, RunDirectory directory) {
    Optional<Path> file =
        environment.file().isEmpty()
            ? Optional.empty()
            : Optional.of(directory.writeEnvironment(environment.file()));
    List<String> arguments =
        new ArrayList<>(
            CreateArguments.of(spec, engine.info(), environment.command().keySet(), file));
    for (String name : unwanted.apply(spec.image())) {
      engine
          .dialect()
          .say(DialectOption.UNSET_ENV, name)
          .ifPresent(words -> arguments.addAll(1, words));
    }
    Command command = engine.command(arguments).environment(environment.command());
    CommandResult result = engine.call(command, "create", engine.callTimeout());
    directory.deleteEnvironment();
    if (!result.succeeded()) {
      EngineException failure = engine.failure("create", result);
      if (result.cutOff()) {
        removeIfCreated(spec, failure);
      }
      throw failure;
    }
    String id = result.stdout().strip().lines().reduce((first, last) -> last).orElse(spec.name());
    refuseIgnoredLimits(id, result.stderr());
    return id;
  }

  private void refuseIgnoredLimits(String id, String warnings) {
    if (CliFailure.isLimitIgnored(warnings)) {
      engine.remove(id);
      throw new EngineException("The engine ignores limits on this node: " + warnings.strip());
    }
    if (!warnings.isBlank()) {
      LOG.debug("Creating {}: {}", id, Printable.line(warnings.strip()));
    }
  }

  /** Removes the container if it is ours and never ran; another container may have the name. */
  private void removeIfCreated(ContainerSpec spec, EngineException failure) {
    try {
      boolean created = engine.find(spec.name()).map(state -> !state.everStarted()).orElse(false);
      if (created) {
        engine.remove(spec.name());
      }
    } catch (EngineException e) {
      failure.addSuppressed(e);
    }
  }

  private RunningContainer startCreated(String id, ContainerSpec spec, RunDirectory directory) {
    AttachedProcess attached = null;
    try {
      attached = attach(id, spec, directory);
      awaitStart(id, attached);
      if (!engine.dialect().leavesOomFile()) {
        directory.delete();
      }
      return new CliContainer(id, spec, engine, attached, directory);
    } catch (RuntimeException | Error e) {
      try {
        engine.remove(id);
      } catch (EngineException another) {
        e.addSuppressed(another);
      }
      if (attached != null) {
        attached.destroy();
      }
      throw e;
    }
  }

  private AttachedProcess attach(String id, ContainerSpec spec, RunDirectory directory) {
    List<String> arguments =
        new ArrayList<>(engine.dialect().demand(DialectOption.START, Map.of()));
    if (spec.stdin()) {
      arguments.add("--interactive");
    }
    arguments.addAll(List.of("--", id));
    Command command = engine.command(arguments);
    if (engine.dialect().leavesOomFile()) {
      command = command.in(directory.path());
    }
    try {
      return AttachedProcess.start(command, spec.stdin(), directory.path());
    } catch (IOException e) {
      throw engine.notStarted("start", e);
    }
  }

  private void awaitStart(String id, AttachedProcess attached) {
    long deadline = System.nanoTime() + engine.callTimeout().toNanos();
    while (true) {
      boolean ended = Uninterruptibly.waitFor(attached.process(), BETWEEN_LOOKS);
      boolean started =
          engine
              .find(id)
              .orElseThrow(
                  () ->
                      new EngineException("Container " + id + " was removed while it was starting"))
              .everStarted();
      if (started) {
        return;
      }
      if (ended) {
        throw engine.failure("start", ended(attached));
      }
      if (System.nanoTime() > deadline) {
        throw engine.failure("start", new CommandResult(-1, "", "", true));
      }
    }
  }

  private static CommandResult ended(AttachedProcess attached) {
    return new CommandResult(attached.process().exitValue(), "", attached.complaint(), false);
  }
}
