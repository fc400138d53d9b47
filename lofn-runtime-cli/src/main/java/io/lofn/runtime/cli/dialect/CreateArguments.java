package io.lofn.runtime.cli.dialect;

import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.api.ResourceLimits;
import io.lofn.spi.RuntimeFeature;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Device;
import io.lofn.spi.Mount;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Says a container's specification in a dialect. */
public final class CreateArguments {

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
  public static List<String> of(
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
    spec.mounts().forEach(said::mount);
    spec.devices().forEach(said::device);
    said.options(spec.settings().engineOptions());
    said.command(spec);
    return List.copyOf(said.arguments);
  }

  /**
   * The arguments that run a container, where that is a process of this one.
   *
   * @param spec the container
   * @param engine what runs it
   * @param image the image's files
   * @param workingDirectory where the image's tools work, if it says
   * @param mounts what it sees of this node, in place of the mounts of the specification
   * @param environmentFile the file with the environment, if there is any
   * @throws EngineException if the dialect cannot say something
   */
  public static List<String> ofRun(
      ContainerSpec spec,
      EngineInfo engine,
      Path image,
      Optional<String> workingDirectory,
      List<Mount> mounts,
      Optional<Path> environmentFile) {
    CreateArguments said = new CreateArguments(engine);
    said.say(Word.RUN);
    said.say(Word.NO_INHERITED_ENVIRONMENT);
    said.closed(spec.settings());
    said.limits(spec.settings().limits());
    said.place(spec.settings(), workingDirectory);
    environmentFile.ifPresent(file -> said.say(Word.ENV_FILE, file.toString()));
    mounts.forEach(said::mount);
    spec.devices().forEach(said::device);
    said.options(spec.settings().engineOptions());
    said.arguments.add("--");
    said.arguments.add(image.toString());
    said.arguments.addAll(spec.argv());
    return List.copyOf(said.arguments);
  }

  private void basics(ContainerSpec spec) {
    say(Word.NAME, spec.name());
    say(Word.NO_PULL);
    sayIf(spec.init(), Word.INIT);
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
    network(settings.network());
    ask(Word.PROCESS_ISOLATION, "");
    ask(Word.NO_CAPABILITIES, "");
    settings.capabilities().forEach(capability -> ask(Word.CAPABILITY, capability));
    if (!settings.newPrivileges()) {
      ask(Word.NO_NEW_PRIVILEGES, "");
    }
    ask(settings.readOnlyRoot() ? Word.READ_ONLY_ROOT : Word.WRITABLE_ROOT, "");
  }

  private void network(String network) {
    if (dialect.isRunner() && network.equals("host")) {
      return; // It is where a process of this node is anyway.
    }
    boolean named = !network.equals(ContainerSettings.NO_NETWORK);
    if (named && engine.unsupportedFeatures().contains(RuntimeFeature.NETWORK_ISOLATION)) {
      throw new EngineException(
          "The dialect %s knows no network %s, but the node's own"
              .formatted(dialect.name(), network));
    }
    ask(Word.NETWORK, network);
  }

  private void limits(ResourceLimits limits) {
    limits.cpus().ifPresent(cpus -> ask(Word.CPUS, cpus(cpus)));
    limits.memory().ifPresent(bytes -> ask(Word.MEMORY, Long.toString(bytes)));
    limits.pids().ifPresent(count -> ask(Word.PIDS, Long.toString(count)));
    limits.sharedMemory().ifPresent(bytes -> ask(Word.SHARED_MEMORY, Long.toString(bytes)));
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

  private void place(ContainerSettings settings, Optional<String> otherwise) {
    settings.user().ifPresent(user -> ask(Word.USER, user));
    settings
        .workingDirectory()
        .or(() -> otherwise)
        .ifPresent(path -> say(Word.WORKING_DIRECTORY, path));
  }

  private void settings(ContainerSettings settings) {
    place(settings, Optional.empty());
    settings.platform().ifPresent(platform -> ask(Word.PLATFORM, platform));
    settings.labels().forEach((name, value) -> say(Word.LABEL, name + "=" + value));
    settings.tmpfs().forEach(this::tmpfs);
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

  private void options(List<String> options) {
    if (!options.isEmpty()) {
      say(Word.ENGINE_OPTIONS);
      arguments.addAll(options);
    }
  }

  private void mount(Mount mount) {
    boolean readOnly = mount.readOnly() && dialect.has(Word.READ_ONLY_MOUNT);
    String csv =
        csv(
            "type=bind",
            "source=" + mount.source(),
            "target=" + mount.target(),
            readOnly ? "readonly" : null);
    if (readOnly && !engine.unsupportedFeatures().contains(RuntimeFeature.READ_ONLY_SUBMOUNTS)) {
      for (String more : dialect.demand(Word.READ_ONLY_SUBMOUNTS, Map.of())) {
        csv += "," + more;
      }
    }
    say(
        readOnly ? Word.READ_ONLY_MOUNT : Word.MOUNT,
        Map.of("{}", csv, "{source}", mount.source().toString(), "{target}", mount.target()));
  }

  private void device(Device device) {
    String source = device.source().toString();
    ask(
        Word.DEVICE,
        Map.of(
            "{}",
            source + ":" + device.target() + ":" + device.permissions(),
            "{source}",
            source,
            "{target}",
            device.target(),
            "{permissions}",
            device.permissions()));
  }

  /** A directory in memory has to be there, whether or not its size can be told. */
  private void tmpfs(String path, long bytes) {
    String csv = csv("type=tmpfs", "target=" + path, "tmpfs-size=" + bytes);
    say(Word.TMPFS, Map.of("{}", csv, "{target}", path, "{size}", Long.toString(bytes)));
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
    say(word, Map.of("{}", value));
  }

  private void say(Word word, Map<String, String> values) {
    arguments.addAll(dialect.demand(word, separated(word, values)));
  }

  /** Says what may be declared as lacking, unless it is: then it is ignored. */
  private void ask(Word word, String value) {
    Map<String, String> values = new HashMap<>(Map.of("{}", value));
    if (word == Word.USER) {
      values.put("{uid}", value.replaceFirst(":.*", ""));
      values.put("{gid}", value.replaceFirst(".*:", ""));
    }
    ask(word, values);
  }

  private void ask(Word word, Map<String, String> values) {
    boolean lacking = word.feature().map(engine.unsupportedFeatures()::contains).orElse(false);
    if (!lacking) {
      say(word, values);
    }
  }

  /** Paths that are said as they are may not have what separates them. */
  private Map<String, String> separated(Word word, Map<String, String> values) {
    boolean raw =
        dialect.words().getOrDefault(word, List.of()).stream()
            .anyMatch(argument -> argument.contains("{source}") || argument.contains("{target}"));
    for (String name : List.of("{source}", "{target}")) {
      String path = values.getOrDefault(name, "");
      boolean comma = path.contains(",") && word != Word.TMPFS;
      if (raw && (path.contains(":") || comma)) {
        throw new EngineException(
            "The dialect %s cannot mount %s: neither a colon nor a comma may be in it"
                .formatted(dialect.name(), path));
      }
    }
    return values;
  }
}
