package io.lofn.core.container;

import io.lofn.api.EngineException;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.exchange.ExchangeDirectories;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.shell.CommandStart;
import io.lofn.core.shell.ExitCodes;
import io.lofn.core.shell.ShellStart;
import io.lofn.core.streams.NamedPipes;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Mount;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeFeature;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the container of one run. A command whose streams carry records gets named pipes, which
 * carry several times as much as the streams that an engine attaches. A shell opens the pipes. The
 * command keeps the attached streams in three cases: the image has no shell; the engine has its own
 * kernel, in a virtual machine, since a pipe does not lead out of a kernel; or the attached streams
 * are pipes already ({@link ContainerRuntime#directStreams()}). The shell also tells whether the
 * command could be executed, which no exit code does. Thread-safe.
 */
public final class PipedContainers {

  private static final Logger LOG = LoggerFactory.getLogger(PipedContainers.class);

  /**
   * Waits for the word of this start. The word does not come if lofn has cancelled the start: then
   * nobody has the other ends of the pipes, and opening one would block forever. Opens the pipes in
   * the directory $1 if the kernel's boot id is $2. Writes the word to standard output, which is a
   * pipe or attached, and becomes the command. The command's standard input is empty unless $3 is
   * {@code stdin}. Writes the word to the command's standard error if the command cannot be
   * executed. Removes what a shell adds to the environment. Its own variables have names that no
   * tool uses.
   */
  private static final String SCRIPT =
      """
      read -r lofn__word || exit 1
      if read -r lofn__boot </proc/sys/kernel/random/boot_id && [ "$lofn__boot" = "$2" ]; then
        exec <"$1/in" >"$1/out" 2>"$1/err"
      fi
      [ "$3" = stdin ] || exec </dev/null
      shift 3
      trap 'echo "$lofn__word failed" >&2' EXIT
      unset PWD OLDPWD SHLVL
      [ -z "${BASH_VERSION+x}" ] || { shopt -s execfail; declare -a SHLVL; }
      echo "$lofn__word"
      exec "$@"
      exit
      """;

  private static final String NO_SHELL = "its image has no sh";

  private static final String NOWHERE = "none";

  private final TrackedContainers containers;
  private final ExecutorService threads;
  private final ScheduledExecutorService clock;
  private final boolean wanted;
  private final String boot;

  /** Images without a shell, with the paths that were searched for one. */
  private final Set<List<String>> imagesWithoutShell = ConcurrentHashMap.newKeySet();

  @Inject
  PipedContainers(
      TrackedContainers containers,
      LofnConfig conf,
      ProcessIdentity owner,
      ExecutorService threads,
      ScheduledExecutorService clock) {
    this.containers = containers;
    this.threads = threads;
    this.clock = clock;
    this.wanted = conf.get(LofnConfig.PIPES);
    this.boot = owner.boot();
  }

  /**
   * Starts a container.
   *
   * @param exchange the run's exchange; the pipes lie beside its mounted directory
   * @param start what the command finds when it starts
   * @throws EngineException if the engine fails
   * @throws io.lofn.api.LofnException if nothing tells whether the command started, and its exit
   *     code does not tell either
   */
  public RunningContainer start(
      ContainerRuntime runtime, ContainerSpec spec, Exchange exchange, CommandStart start) {
    boolean piped = start.streams() && wanted && pipesHelp(runtime, spec);
    if (!piped && !start.needsExecStatus()) {
      return containers.start(runtime, spec);
    }
    Optional<String> obstacle = start.obstacle(spec);
    if (obstacle.isPresent()) {
      return attached(runtime, spec, start, obstacle.get());
    }
    if (imagesWithoutShell.contains(place(start, spec))) {
      return attached(runtime, spec, start, NO_SHELL);
    }
    return byShell(runtime, spec, start, piped ? pipes(exchange, spec) : Optional.empty());
  }

  private RunningContainer attached(
      ContainerRuntime runtime, ContainerSpec spec, CommandStart start, String reason) {
    start.checkWithoutExecStatus(reason);
    return containers.start(runtime, spec);
  }

  private static List<String> place(CommandStart start, ContainerSpec spec) {
    return List.of(spec.image(), start.environment(spec).getOrDefault("PATH", ""));
  }

  /** Returns whether pipes lead into the container, and carry more than the attached streams. */
  private static boolean pipesHelp(ContainerRuntime runtime, ContainerSpec spec) {
    return !runtime.directStreams()
        && Collections.disjoint(
            runtime.unsupportedFeatures(),
            Set.of(RuntimeFeature.FILE_ISOLATION, RuntimeFeature.READ_ONLY_MOUNTS))
        && spec.mounts().stream().noneMatch(mount -> mount.target().equals(NamedPipes.CONTROL));
  }

  /**
   * Makes the pipes in a directory of this start alone: an engine that did not answer may still
   * carry out an earlier start.
   */
  private Optional<Pipes> pipes(Exchange exchange, ContainerSpec spec) {
    Path control = exchange.beside(spec.name());
    try {
      NamedPipes.make(control, ExchangeDirectories.isOpen(exchange.directory()));
      return Optional.of(new Pipes(control, new NamedPipes(control, clock)));
    } catch (IOException e) {
      LOG.warn(
          "Cannot make named pipes; using attached streams, which are slower: {}", e.toString());
      return Optional.empty();
    }
  }

  private record Pipes(Path control, NamedPipes ends) {}

  private RunningContainer byShell(
      ContainerRuntime runtime, ContainerSpec spec, CommandStart start, Optional<Pipes> pipes) {
    RunningContainer container = null;
    try {
      container = containers.start(runtime, byShell(spec, pipes.map(Pipes::control)));
      ShellStart shell = new ShellStart(container, pipes.map(Pipes::ends), threads);
      Optional<RunningContainer> begun = shell.begun();
      if (begun.isPresent()) {
        return begun.get();
      }
      Optional<ContainerExit> exit = shell.exit();
      container.close();
      pipes.ifPresent(each -> each.ends().close());
      return withoutShell(runtime, spec, start, exit, shell);
    } catch (RuntimeException | Error e) {
      try {
        pipes.ifPresent(each -> each.ends().close());
      } finally {
        if (container != null) {
          container.close();
        }
      }
      throw e;
    }
  }

  /** Only these exit codes mean that there is no shell; a shell may fail for other reasons. */
  private RunningContainer withoutShell(
      ContainerRuntime runtime,
      ContainerSpec spec,
      CommandStart start,
      Optional<ContainerExit> exit,
      ShellStart shell) {
    String reason = NO_SHELL;
    int code = exit.map(ContainerExit::code).orElse(-1);
    if (code == ExitCodes.NOT_FOUND || code == ExitCodes.NOT_EXECUTABLE) {
      LOG.debug("Image {} has no usable sh; using attached streams", spec.image());
      imagesWithoutShell.add(place(start, spec));
    } else {
      reason = "its sh ended with exit code " + code + " before it started the command";
      LOG.warn(
          "Using attached streams for image {}, which are slower: {}: {}",
          spec.image(),
          reason,
          shell.said());
    }
    return attached(runtime, spec, start, reason);
  }

  private ContainerSpec byShell(ContainerSpec spec, Optional<Path> control) {
    List<String> argv = new ArrayList<>(List.of("sh", "-c"));
    argv.addAll(List.of(CommandStart.withoutCoreDumps(spec) + SCRIPT, "lofn", NamedPipes.CONTROL));
    argv.add(control.isPresent() ? boot : NOWHERE);
    argv.add(spec.stdin() ? "stdin" : "none");
    argv.addAll(spec.argv());
    ContainerSpec.Builder shell = spec.toBuilder().command(argv).stdin();
    control.ifPresent(path -> shell.mount(new Mount(path, NamedPipes.CONTROL, true)));
    return shell.build();
  }
}
