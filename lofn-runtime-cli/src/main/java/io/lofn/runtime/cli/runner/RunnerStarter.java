package io.lofn.runtime.cli.runner;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.lofn.api.EngineException;
import io.lofn.runtime.cli.dialect.Charliecloud;
import io.lofn.runtime.cli.dialect.CreateArguments;
import io.lofn.runtime.cli.dialect.DialectOption;
import io.lofn.runtime.cli.dialect.EngineInfo;
import io.lofn.runtime.cli.dialect.ToolEnvironment;
import io.lofn.runtime.cli.image.UnpackedImage;
import io.lofn.runtime.cli.process.AttachedProcess;
import io.lofn.runtime.cli.process.Command;
import io.lofn.runtime.cli.process.NodeUser;
import io.lofn.runtime.cli.process.RunDirectory;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ImageConfig;
import io.lofn.spi.Mount;
import io.lofn.spi.RunningContainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Starts containers that are child processes of this one. Thread-safe. */
final class RunnerStarter {

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(1);
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final Path program;
  private final EngineInfo info;
  private final ContainerRecords records;
  private final Optional<ProcessCage> cage;
  private final Optional<Path> prlimit;
  private final Duration callTimeout;

  /**
   * @param cage what keeps the processes of a container together, if there is such a thing here
   * @param prlimit the program by which containers have no core dumps, if it is here
   * @param callTimeout how long the program may take until the tool has taken its place
   */
  RunnerStarter(
      Path program,
      EngineInfo info,
      ContainerRecords records,
      Optional<ProcessCage> cage,
      Optional<Path> prlimit,
      Duration callTimeout) {
    this.cage = cage;
    this.prlimit = prlimit;
    this.callTimeout = callTimeout;
    this.program = program;
    this.info = info;
    this.records = records;
  }

  RunningContainer start(ContainerSpec spec, Path image) {
    ImageConfig config = UnpackedImage.config(image);
    ContainerRecord record = records.add(spec.name(), spec.settings().labels());
    RunDirectory directory = null;
    AttachedProcess attached = null;
    try {
      directory = RunDirectory.create();
      attached = launch(spec, image, config, directory);
      long pid = attached.process().pid();
      ProcessId.of(pid).ifPresent(process -> records.started(spec.name(), record, process));
      Optional<Integer> code = awaitStart(attached);
      directory.deleteEnvironment();
      return new RunnerContainer(spec, records, attached, directory, cage.isPresent(), code);
    } catch (RuntimeException | Error e) {
      undo(spec, attached, directory, e);
      throw e;
    }
  }

  private void undo(
      ContainerSpec spec,
      @Nullable AttachedProcess attached,
      @Nullable RunDirectory directory,
      Throwable cause) {
    if (attached != null) {
      attached.destroy();
    }
    if (directory != null) {
      directory.delete();
    }
    try {
      records.remove(spec.name());
    } catch (EngineException another) {
      cause.addSuppressed(another);
    }
  }

  /**
   * Returns the variables of the image, the defaults of a container and those of the tool; later
   * ones take precedence.
   */
  private static Map<String, String> variables(ContainerSpec spec, ImageConfig config) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("PATH", PATH);
    variables.put("HOME", NodeUser.numbers().uid() == 0 ? "/root" : "/");
    variables.putAll(config.environment());
    variables.putAll(spec.settings().environment());
    variables.put(Cookie.NAME, spec.name());
    return variables;
  }

  private AttachedProcess launch(
      ContainerSpec spec, Path image, ImageConfig config, RunDirectory directory) {
    Map<String, String> variables = variables(spec, config);
    List<Mount> mounts = MountPoints.prepare(spec, image, directory.path());
    Optional<String> prefix =
        info.dialect().say(DialectOption.ENV_PREFIX, "").map(words -> words.get(0));
    ToolEnvironment environment =
        prefix.isPresent() ? prefixed(variables, prefix.get()) : ToolEnvironment.of(variables);
    Optional<Path> file =
        environment.file().isEmpty()
            ? Optional.empty()
            : Optional.of(directory.writeEnvironment(environment.file()));
    List<String> argv = new ArrayList<>();
    prlimit.ifPresent(path -> argv.addAll(List.of(path.toString(), "--core=0:0", "--")));
    argv.addAll(cage.map(ProcessCage::prefix).orElse(List.of()));
    argv.add(program.toString());
    argv.addAll(CreateArguments.ofRun(spec, info, image, config.workingDirectory(), mounts, file));
    Command command = Command.of(argv);
    command =
        prefix.isPresent()
            ? command.environment(environment.command())
            : command.onlyEnvironment(outside(environment.command(), directory.path()));
    try {
      return AttachedProcess.start(command, spec.stdin(), directory.path());
    } catch (IOException e) {
      throw new EngineException("Could not run %s: %s".formatted(program, e.getMessage()), e);
    }
  }

  /**
   * Returns the environment for a program that clears its environment and takes all variables with
   * a prefix.
   */
  private static ToolEnvironment prefixed(Map<String, String> variables, String prefix) {
    Map<String, String> command = new LinkedHashMap<>();
    variables.forEach((name, value) -> command.put(prefix + name, value));
    return new ToolEnvironment(List.of(), command);
  }

  private static Map<String, String> outside(Map<String, String> variables, Path empty) {
    Map<String, String> all = new HashMap<>(variables);
    all.put(Charliecloud.IMAGE_STORAGE, empty.toString());
    // The program warns without it; the tool's variables are in the file.
    all.put("PATH", PATH);
    all.put("USER", NodeUser.name());
    return all;
  }

  /**
   * Waits until the tool has replaced the program (exec), or the program has ended.
   *
   * @return the exit code of a tool that cannot be run
   * @throws EngineException if the program failed, takes too long, or the thread is interrupted
   */
  private Optional<Integer> awaitStart(AttachedProcess attached) {
    long begin = System.nanoTime();
    while (!hasEnded(attached.process())) {
      if (toolRuns(attached.process())) {
        return Optional.empty();
      }
      if (System.nanoTime() - begin > NANOSECONDS.convert(callTimeout)) {
        throw EngineException.transientFailure(
            "%s did not start the tool within %s (spark.lofn.engine.timeout): %s"
                .formatted(program, callTimeout, attached.said().strip()),
            new TimeoutException(program.toString()));
      }
    }
    int code = attached.process().exitValue();
    return code == 0
        ? Optional.empty()
        : RunnerFailure.toolCode(program, code, attached.complaint());
  }

  private boolean hasEnded(Process process) {
    try {
      return process.waitFor(BETWEEN_LOOKS.toNanos(), NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("Interrupted while starting a container with " + program, e);
    }
  }

  private boolean toolRuns(Process process) {
    Optional<ProcessHandle> inner =
        cage.isPresent() ? ProcessCage.inner(process) : Optional.of(process.toHandle());
    return inner.filter(handle -> !isProgram(handle.pid())).isPresent();
  }

  private boolean isProgram(long pid) {
    try {
      String line = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"), ISO_8859_1);
      // The link of a process that has just ended cannot be read.
      // Before its exec, the child is a copy of the process that starts it.
      return line.isEmpty()
          || line.startsWith(program + "\0")
          || prlimit.filter(path -> line.startsWith(path + "\0")).isPresent()
          || (cage.isPresent() && line.contains("\0" + program + "\0"));
    } catch (IOException e) {
      return true;
    }
  }
}
