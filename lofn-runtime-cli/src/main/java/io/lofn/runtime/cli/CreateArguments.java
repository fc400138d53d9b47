package io.lofn.runtime.cli;

import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.api.ResourceLimits;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Mount;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Says a container's specification in a dialect. */
final class CreateArguments {

  private static final BigDecimal LEAST_CPUS = new BigDecimal("0.01");

  private final EngineInfo engine;
  private final CliDialect dialect;
  private final List<String> arguments = new ArrayList<>();

  private CreateArguments(EngineInfo engine) {
    this.engine = engine;
    this.dialect = engine.dialect();
  }

  /**
   * The arguments that create a container.
   *
   * @param spec the container
   * @param engine which engine creates it
   * @param environment what the command's own environment passes
   * @param environmentFile the file with the rest of the environment, if there is any
   * @throws EngineException if the dialect cannot say something
   */
  static List<String> of(
      ContainerSpec spec,
      EngineInfo engine,
      Collection<String> environment,
      Optional<Path> environmentFile) {
    CreateArguments said = new CreateArguments(engine);
    said.arguments.add("create");
    said.basics(spec);
    said.closed(spec.settings());
    said.limits(spec.settings().limits());
    said.settings(spec.settings());
    environmentFile.ifPresent(file -> said.say(Word.ENV_FILE, file.toString()));
    environment.forEach(name -> said.say(Word.ENV_OF_COMMAND, name));
    spec.mounts().forEach(mount -> said.say(Word.MOUNT, bind(mount)));
    said.arguments.addAll(spec.settings().engineOptions());
    said.command(spec);
    return List.copyOf(said.arguments);
  }

  private void basics(ContainerSpec spec) {
    say(Word.NAME, spec.name());
    say(Word.NO_PULL);
    say(Word.INIT);
    say(Word.NO_LOG);
    say(Word.NO_HEALTH_CHECK);
    say(Word.NO_INHERITED_ENVIRONMENT);
    sayIf(spec.stdin(), Word.STDIN);
    // Elsewhere the user inside is the same one anyway.
    if (engine.rootless()) {
      dialect.say(Word.KEEP_USER_ID, "").ifPresent(arguments::addAll);
    }
  }

  private void closed(ContainerSettings settings) {
    say(Word.NETWORK, settings.network());
    say(Word.NO_CAPABILITIES);
    settings.capabilities().forEach(capability -> say(Word.CAPABILITY, capability));
    sayIf(!settings.newPrivileges(), Word.NO_NEW_PRIVILEGES);
    sayIf(settings.readOnlyRoot(), Word.READ_ONLY_ROOT);
  }

  private void limits(ResourceLimits limits) {
    limits.cpus().ifPresent(cpus -> say(Word.CPUS, cpus(cpus)));
    limits.memory().ifPresent(bytes -> say(Word.MEMORY, Long.toString(bytes)));
    limits.pids().ifPresent(count -> say(Word.PIDS, Long.toString(count)));
    limits.sharedMemory().ifPresent(bytes -> say(Word.SHARED_MEMORY, Long.toString(bytes)));
  }

  /** An engine refuses more processors than it has, and less than a hundredth of one. */
  private String cpus(double wanted) {
    BigDecimal all = BigDecimal.valueOf(engine.cpus());
    return BigDecimal.valueOf(wanted)
        .setScale(2, RoundingMode.HALF_UP)
        .min(all)
        .max(LEAST_CPUS)
        .toPlainString();
  }

  private void settings(ContainerSettings settings) {
    settings.user().ifPresent(user -> say(Word.USER, user));
    settings.workingDirectory().ifPresent(path -> say(Word.WORKING_DIRECTORY, path));
    settings.platform().ifPresent(platform -> say(Word.PLATFORM, platform));
    settings.labels().forEach((name, value) -> say(Word.LABEL, name + "=" + value));
    settings.tmpfs().forEach((path, bytes) -> say(Word.MOUNT, tmpfs(path, bytes)));
  }

  private void command(ContainerSpec spec) {
    List<String> argv = spec.argv();
    boolean ownProgram = !spec.imageEntrypoint() && !argv.isEmpty();
    if (ownProgram) {
      if (argv.get(0).isEmpty()) {
        throw new EngineException("The command's first word is empty; it must be a program");
      }
      say(Word.ENTRYPOINT, argv.get(0));
    }
    arguments.add("--");
    arguments.add(spec.image());
    arguments.addAll(ownProgram ? argv.subList(1, argv.size()) : argv);
  }

  private static String bind(Mount mount) {
    return csv(
        "type=bind",
        "source=" + mount.source(),
        "target=" + mount.target(),
        mount.readOnly() ? "readonly" : null);
  }

  private static String tmpfs(String path, long bytes) {
    return csv("type=tmpfs", "target=" + path, "tmpfs-size=" + bytes);
  }

  private static String csv(@Nullable String... fields) {
    return Stream.of(fields)
        .filter(field -> field != null)
        .map(CreateArguments::quoted)
        .collect(Collectors.joining(","));
  }

  private static String quoted(String field) {
    return field.matches("[A-Za-z0-9/=._-]*") ? field : '"' + field.replace("\"", "\"\"") + '"';
  }

  private void sayIf(boolean condition, Word word) {
    if (condition) {
      say(word);
    }
  }

  private void say(Word word) {
    say(word, "");
  }

  private void say(Word word, String value) {
    arguments.addAll(
        dialect
            .say(word, value)
            .orElseThrow(
                () ->
                    new EngineException(
                        "The dialect %s has no word for %s".formatted(dialect.name(), word))));
  }
}
