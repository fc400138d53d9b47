package io.lofn.runtime.cli.engine;

import io.lofn.api.EngineException;
import io.lofn.runtime.cli.dialect.CliDialect;
import io.lofn.runtime.cli.dialect.DialectFile;
import io.lofn.runtime.cli.dialect.Dialects;
import io.lofn.runtime.cli.dialect.EngineInfo;
import io.lofn.runtime.cli.process.Command;
import io.lofn.runtime.cli.process.CommandResult;
import io.lofn.spi.RuntimeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the command line to use on this node. Immutable. */
public final class EngineFinder {

  public static final String COMMAND = "command";
  public static final String DIALECT = "dialect";

  private static final List<String> USUAL = List.of("docker", "podman");
  private static final Duration LONGEST_PROBE = Duration.ofSeconds(10);

  private final RuntimeConfig config;
  private final String searchPath;

  public EngineFinder(RuntimeConfig config, String searchPath) {
    this.config = config;
    this.searchPath = searchPath;
  }

  /**
   * Returns the first engine that answers.
   *
   * @throws EngineException if none does, with the reason for each
   */
  public CliEngine find() {
    Optional<CliDialect> dialect = configuredDialect();
    List<String> candidates =
        config
            .property(COMMAND)
            .or(() -> dialect.map(CliDialect::program))
            .map(List::of)
            .orElse(USUAL);
    Duration each = config.callTimeout().dividedBy(candidates.size() + 1L);
    Duration timeout = each.compareTo(LONGEST_PROBE) < 0 ? each : LONGEST_PROBE;
    List<String> reasons = new ArrayList<>();
    for (String candidate : candidates) {
      try {
        return probe(candidate, dialect, timeout);
      } catch (NotUsable e) {
        reasons.add(candidate + ": " + e.getMessage());
      }
    }
    throw new EngineException(
        "No usable command-line engine: %s. Install one, start its engine, or set spark.lofn.cli.%s"
            .formatted(String.join("; ", reasons), COMMAND));
  }

  private CliEngine probe(String name, Optional<CliDialect> configured, Duration timeout)
      throws NotUsable {
    Path program =
        locate(name)
            .orElseThrow(
                () -> new NotUsable("no such program" + (isPath(name) ? "" : " on the PATH")));
    Optional<CliDialect> dialect =
        configured.or(() -> Dialects.ofProgram(String.valueOf(program.getFileName())));
    EngineInfo info =
        dialect.isPresent() && dialect.get().isRunner()
            ? runner(program, dialect.get(), timeout)
            : engine(program, timeout);
    // Docker and podman may be installed under each other's name; their answer identifies them.
    boolean told = configured.isPresent() || !USUAL.contains(info.dialect().name());
    Optional<CliDialect> spoken = dialect.filter(each -> told || !USUAL.contains(each.name()));
    return new CliEngine(program, spoken.map(info::spokenToIn).orElse(info), config.callTimeout());
  }

  /** Probes a program without an engine: asks for its version only. */
  private static EngineInfo runner(Path program, CliDialect dialect, Duration timeout)
      throws NotUsable {
    CommandResult result = run(Command.of(List.of(program.toString(), "--version")), timeout);
    refuse(result, timeout);
    String version = (result.stdout() + " " + result.stderr()).strip().replaceAll("\\s+", " ");
    return new EngineInfo(
        dialect,
        "%s CLI %s".formatted(dialect.name(), version),
        Runtime.getRuntime().availableProcessors(),
        false,
        Set.of());
  }

  private static EngineInfo engine(Path program, Duration timeout) throws NotUsable {
    Command command = Command.of(List.of(program.toString(), "info", "--format", "{{json .}}"));
    CommandResult result = run(command, timeout);
    refuse(result, timeout);
    return Dialects.ofAnswer(result.stdout())
        .orElseThrow(() -> new NotUsable("its answer to 'info' is not that of a known engine"));
  }

  private static void refuse(CommandResult result, Duration timeout) throws NotUsable {
    if (!result.succeeded()) {
      throw new NotUsable(
          result.cutOff()
              ? "no answer within " + timeout.toMillis() + " ms"
              : CliFailure.explain(result.message()).replaceAll("\\s*\\n\\s*", " "));
    }
  }

  private static CommandResult run(Command command, Duration timeout) throws NotUsable {
    try {
      return command.run(timeout);
    } catch (IOException e) {
      throw new NotUsable("could not run it: " + e.getMessage());
    }
  }

  /** Returns the configured dialect; a file takes precedence over a name. */
  private Optional<CliDialect> configuredDialect() {
    Optional<String> file = config.property(DialectFile.SETTING);
    if (file.isPresent()) {
      return Optional.of(DialectFile.read(Path.of(file.get())));
    }
    Optional<String> name = config.property(DIALECT);
    if (name.isEmpty()) {
      return Optional.empty();
    }
    Optional<CliDialect> dialect = Dialects.named(name.get());
    if (dialect.isEmpty()) {
      throw new EngineException(
          "spark.lofn.cli.%s: unknown dialect '%s'; the dialects are %s"
              .formatted(DIALECT, name.get(), Dialects.names()));
    }
    return dialect;
  }

  /** Returns a program of the search path if it answers to {@code --version}. */
  public Optional<Path> workingProgram(String name) {
    try {
      Optional<Path> program = locate(name);
      if (program.isPresent()) {
        refuse(
            run(Command.of(List.of(program.get().toString(), "--version")), LONGEST_PROBE),
            LONGEST_PROBE);
      }
      return program;
    } catch (NotUsable e) {
      return Optional.empty();
    }
  }

  private Optional<Path> locate(String name) throws NotUsable {
    try {
      if (isPath(name)) {
        if (!Path.of(name).isAbsolute()) {
          throw new NotUsable("neither an absolute path nor a plain name");
        }
        return Optional.of(Path.of(name)).filter(Files::isRegularFile);
      }
      return Stream.of(searchPath.split(Pattern.quote(":"), -1))
          .filter(directory -> directory.startsWith("/"))
          .map(directory -> Path.of(directory, name))
          .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
          .findFirst();
    } catch (InvalidPathException e) {
      throw new NotUsable("no file can have this name");
    }
  }

  private static boolean isPath(String name) {
    return name.contains("/");
  }

  private static final class NotUsable extends Exception {
    private static final long serialVersionUID = 1L;

    NotUsable(String reason) {
      super(reason);
    }
  }
}
