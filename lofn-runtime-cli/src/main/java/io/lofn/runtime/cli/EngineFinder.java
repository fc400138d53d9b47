package io.lofn.runtime.cli;

import io.lofn.api.EngineException;
import io.lofn.spi.RuntimeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the command line to use on this node. Immutable. */
final class EngineFinder {

  static final String COMMAND = "command";
  static final String DIALECT = "dialect";

  private static final List<String> USUAL = List.of("docker", "podman");
  private static final Duration LONGEST_PROBE = Duration.ofSeconds(10);

  private final RuntimeConfig config;
  private final String searchPath;

  EngineFinder(RuntimeConfig config, String searchPath) {
    this.config = config;
    this.searchPath = searchPath;
  }

  /**
   * The first engine that answers.
   *
   * @throws EngineException if none does, with the reason for each
   */
  CliEngine find() {
    List<String> candidates = config.property(COMMAND).map(List::of).orElse(USUAL);
    Duration each = config.callTimeout().dividedBy(candidates.size() + 1L);
    Duration timeout = each.compareTo(LONGEST_PROBE) < 0 ? each : LONGEST_PROBE;
    List<String> reasons = new ArrayList<>();
    for (String candidate : candidates) {
      try {
        return probe(candidate, timeout);
      } catch (NotUsable e) {
        reasons.add(candidate + ": " + e.getMessage());
      }
    }
    throw new EngineException(
        "%s. Install one or start its engine, or set spark.lofn.cli.%s"
            .formatted(String.join("; ", reasons), COMMAND));
  }

  private CliEngine probe(String name, Duration timeout) throws NotUsable {
    Path program =
        locate(name)
            .orElseThrow(
                () -> new NotUsable("no such program" + (isPath(name) ? "" : " on the PATH")));
    Optional<CliDialect> dialect = configuredDialect();
    Command command = Command.of(List.of(program.toString(), "info", "--format", "{{json .}}"));
    CommandResult result = run(command, timeout);
    if (!result.succeeded()) {
      throw new NotUsable(
          result.cutOff()
              ? "no answer within " + timeout.toMillis() + " ms"
              : result.message().replaceAll("\\s*\\n\\s*", " "));
    }
    EngineInfo info =
        EngineInfo.parse(result.stdout())
            .orElseThrow(
                () -> new NotUsable("its answer to 'info' is like that of no known engine"));
    return new CliEngine(program, dialect.map(info::spokenToIn).orElse(info), config.callTimeout());
  }

  private static CommandResult run(Command command, Duration timeout) throws NotUsable {
    try {
      return command.run(timeout);
    } catch (IOException e) {
      throw new NotUsable("cannot be run: " + e.getMessage());
    }
  }

  private Optional<CliDialect> configuredDialect() throws NotUsable {
    Optional<String> name = config.property(DIALECT);
    if (name.isEmpty()) {
      return Optional.empty();
    }
    Optional<CliDialect> dialect = CliDialect.named(name.get());
    if (dialect.isEmpty()) {
      throw new NotUsable(
          "no dialect is called '%s', but %s are".formatted(name.get(), CliDialect.names()));
    }
    return dialect;
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
