package io.lofn.runtime.cli.dialect;

import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.api.ResourceLimits;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Device;
import io.lofn.spi.Mount;
import io.lofn.spi.RuntimeFeature;
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

/** Translates the specification of a container to the arguments of a dialect. */
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
   * Returns the arguments that create a container.
   *
   * @param spec the container
   * @param engine which engine creates it
   * @param environment the variables that are passed through the environment of the command
   * @param environmentFile the file with the other variables, if there are any
   * @throws EngineException if the dialect does not support something that the container needs
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
    said.sayIf(said.dialect.has(DialectOption.NO_CORE_DUMPS), DialectOption.NO_CORE_DUMPS);
    said.settings(spec.settings());
    environmentFile.ifPresent(file -> said.say(DialectOption.ENV_FILE, file.toString()));
    environment.forEach(name -> said.say(DialectOption.ENV_OF_COMMAND, name));
    spec.mounts().forEach(said::mount);
    spec.devices().forEach(said::device);
    said.options(spec.settings().engineOptions());
    said.command(spec);
    return List.copyOf(said.arguments);
  }

  /**
   * Returns the arguments that run a container as a child process.
   *
   * @param spec the container
   * @param engine the program that runs it
   * @param image the image's files
   * @param workingDirectory the working directory of the image, if it has one
   * @param mounts the mounts, in place of those of the specification
   * @param environmentFile the file with the environment, if there is any
   * @throws EngineException if the dialect does not support something that the container needs
   */
  public static List<String> ofRun(
      ContainerSpec spec,
      EngineInfo engine,
      Path image,
      Optional<String> workingDirectory,
      List<Mount> mounts,
      Optional<Path> environmentFile) {
    CreateArguments said = new CreateArguments(engine);
    said.say(DialectOption.RUN);
    said.say(DialectOption.NO_INHERITED_ENVIRONMENT);
    said.closed(spec.settings());
    said.limits(spec.settings().limits());
    said.place(spec.settings(), workingDirectory);
    environmentFile.ifPresent(file -> said.say(DialectOption.ENV_FILE, file.toString()));
    mounts.forEach(said::mount);
    spec.devices().forEach(said::device);
    said.options(spec.settings().engineOptions());
    said.arguments.add("--");
    said.arguments.add(image.toString());
    said.arguments.addAll(spec.argv());
    return List.copyOf(said.arguments);
  }

  private void basics(ContainerSpec spec) {
    say(DialectOption.NAME, spec.name());
    say(DialectOption.NO_PULL);
    sayIf(spec.init(), DialectOption.INIT);
    say(DialectOption.NO_LOG);
    say(DialectOption.NO_HEALTH_CHECK);
    say(DialectOption.NO_INHERITED_ENVIRONMENT);
    sayIf(spec.stdin(), DialectOption.STDIN);
    // Otherwise the user inside is the same one already.
    if (engine.rootless()) {
      dialect.say(DialectOption.KEEP_USER_ID, "").ifPresent(arguments::addAll);
    }
  }

  private void closed(ContainerSettings settings) {
    network(settings.network());
    ask(DialectOption.PROCESS_ISOLATION, "");
    ask(DialectOption.NO_CAPABILITIES, "");
    settings.capabilities().forEach(capability -> ask(DialectOption.CAPABILITY, capability));
    if (!settings.newPrivileges()) {
      ask(DialectOption.NO_NEW_PRIVILEGES, "");
    }
    ask(settings.readOnlyRoot() ? DialectOption.READ_ONLY_ROOT : DialectOption.WRITABLE_ROOT, "");
  }

  private void network(String network) {
    if (dialect.isRunner() && network.equals("host")) {
      return; // A process of this node is in the host's network already.
    }
    boolean named = !network.equals(ContainerSettings.NO_NETWORK);
    if (named && engine.unsupportedFeatures().contains(RuntimeFeature.NETWORK_ISOLATION)) {
      throw new EngineException(
          "The dialect %s does not support the network '%s': its containers use the network of the node; set the network 'host'"
              .formatted(dialect.name(), network));
    }
    ask(DialectOption.NETWORK, network);
  }

  private void limits(ResourceLimits limits) {
    limits.cpus().ifPresent(cpus -> ask(DialectOption.CPUS, cpus(cpus)));
    limits.memory().ifPresent(bytes -> ask(DialectOption.MEMORY, Long.toString(bytes)));
    limits.pids().ifPresent(count -> ask(DialectOption.PIDS, Long.toString(count)));
    limits
        .sharedMemory()
        .ifPresent(bytes -> ask(DialectOption.SHARED_MEMORY, Long.toString(bytes)));
  }

  /**
   * Limits the value to what an engine accepts: at most its processors, at least a hundredth of
   * one.
   */
  private String cpus(double wanted) {
    BigDecimal all = BigDecimal.valueOf(engine.cpus());
    return BigDecimal.valueOf(wanted)
        .setScale(2, RoundingMode.HALF_UP)
        .min(all)
        .max(LEAST_CPUS)
        .toPlainString();
  }

  private void place(ContainerSettings settings, Optional<String> otherwise) {
    settings.user().ifPresent(user -> ask(DialectOption.USER, user));
    settings
        .workingDirectory()
        .or(() -> otherwise)
        .ifPresent(path -> say(DialectOption.WORKING_DIRECTORY, path));
  }

  private void settings(ContainerSettings settings) {
    place(settings, Optional.empty());
    settings.platform().ifPresent(platform -> ask(DialectOption.PLATFORM, platform));
    settings.labels().forEach((name, value) -> say(DialectOption.LABEL, name + "=" + value));
    settings.tmpfs().forEach(this::tmpfs);
  }

  private void command(ContainerSpec spec) {
    List<String> argv = spec.argv();
    boolean ownProgram = !spec.imageEntrypoint() && !argv.isEmpty();
    if (ownProgram) {
      if (argv.get(0).isEmpty()) {
        throw new EngineException(
            "The first argument of the command is empty; it must name a program");
      }
      say(DialectOption.ENTRYPOINT, argv.get(0));
    }
    arguments.add("--");
    arguments.add(spec.image());
    arguments.addAll(ownProgram ? argv.subList(1, argv.size()) : argv);
  }

  private void options(List<String> options) {
    if (!options.isEmpty()) {
      say(DialectOption.ENGINE_OPTIONS);
      arguments.addAll(options);
    }
  }

  private void mount(Mount mount) {
    boolean readOnly = mount.readOnly() && dialect.has(DialectOption.READ_ONLY_MOUNT);
    String csv =
        csv(
            "type=bind",
            "source=" + mount.source(),
            "target=" + mount.target(),
            readOnly ? "readonly" : null);
    if (readOnly && !engine.unsupportedFeatures().contains(RuntimeFeature.READ_ONLY_SUBMOUNTS)) {
      for (String more : dialect.demand(DialectOption.READ_ONLY_SUBMOUNTS, Map.of())) {
        csv += "," + more;
      }
    }
    say(
        readOnly ? DialectOption.READ_ONLY_MOUNT : DialectOption.MOUNT,
        Map.of("{}", csv, "{source}", mount.source().toString(), "{target}", mount.target()));
  }

  private void device(Device device) {
    String source = device.source().toString();
    ask(
        DialectOption.DEVICE,
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

  /** Adds a tmpfs, also where the dialect cannot limit its size. */
  private void tmpfs(String path, long bytes) {
    String csv = csv("type=tmpfs", "target=" + path, "tmpfs-size=" + bytes);
    say(DialectOption.TMPFS, Map.of("{}", csv, "{target}", path, "{size}", Long.toString(bytes)));
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

  private void sayIf(boolean condition, DialectOption option) {
    if (condition) {
      say(option);
    }
  }

  private void say(DialectOption option) {
    say(option, "");
  }

  private void say(DialectOption option, String value) {
    say(option, Map.of("{}", value));
  }

  private void say(DialectOption option, Map<String, String> values) {
    arguments.addAll(dialect.demand(option, separated(option, values)));
  }

  /**
   * Adds an option, unless the feature that needs it is unsupported: then the option is ignored.
   */
  private void ask(DialectOption option, String value) {
    Map<String, String> values = new HashMap<>(Map.of("{}", value));
    if (option == DialectOption.USER) {
      values.put("{uid}", value.replaceFirst(":.*", ""));
      values.put("{gid}", value.replaceFirst(".*:", ""));
    }
    ask(option, values);
  }

  private void ask(DialectOption option, Map<String, String> values) {
    boolean lacking = option.feature().map(engine.unsupportedFeatures()::contains).orElse(false);
    if (!lacking) {
      say(option, values);
    }
  }

  /** Refuses paths that contain a separator where the dialect does not quote them. */
  private Map<String, String> separated(DialectOption option, Map<String, String> values) {
    boolean raw =
        dialect.options().getOrDefault(option, List.of()).stream()
            .anyMatch(argument -> argument.contains("{source}") || argument.contains("{target}"));
    for (String name : List.of("{source}", "{target}")) {
      String path = values.getOrDefault(name, "");
      boolean comma = path.contains(",") && option != DialectOption.TMPFS;
      if (raw && (path.contains(":") || comma)) {
        throw new EngineException(
            "The dialect %s cannot mount '%s': the path must not contain a colon or a comma"
                .formatted(dialect.name(), path));
      }
    }
    return values;
  }
}
