package io.lofn.spi;

import io.lofn.api.CheckReturnValue;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An image's configuration for containers: fields of the configuration in the OCI image
 * specification. Immutable; a setter returns a new value.
 *
 * <p>Environment, volumes and working directory are reported only if containers of the runtime get
 * them. Entrypoint, command, user and stop signal are reported as the image has them, whether or
 * not the runtime uses them: lofn sets the user, stops containers by SIGTERM, and requires {@link
 * RuntimeFeature#IMAGE_COMMAND} if it does not set the command.
 */
@CheckReturnValue
public final class ImageConfig {

  private static final ImageConfig EMPTY = new ImageConfig(new Fields());

  private final Map<String, String> environment;
  private final List<String> volumes;
  private final @Nullable String workingDirectory;
  private final List<String> entrypoint;
  private final List<String> command;
  private final @Nullable String user;
  private final @Nullable String stopSignal;

  private ImageConfig(Fields fields) {
    environment = Collections.unmodifiableMap(new LinkedHashMap<>(fields.environment));
    volumes = List.copyOf(new TreeSet<>(fields.volumes));
    workingDirectory = nullIfEmpty(fields.workingDirectory);
    entrypoint = List.copyOf(fields.entrypoint);
    command = List.copyOf(fields.command);
    user = nullIfEmpty(fields.user);
    stopSignal = nullIfEmpty(fields.stopSignal);
  }

  private static @Nullable String nullIfEmpty(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }

  private ImageConfig with(Consumer<Fields> change) {
    Fields fields = new Fields();
    fields.environment = environment;
    fields.volumes = volumes;
    fields.workingDirectory = workingDirectory;
    fields.entrypoint = entrypoint;
    fields.command = command;
    fields.user = user;
    fields.stopSignal = stopSignal;
    change.accept(fields);
    return new ImageConfig(fields);
  }

  /**
   * Returns the configuration of an image that has none, or whose runtime does not know it.
   *
   * @return the configuration
   */
  public static ImageConfig empty() {
    return EMPTY;
  }

  /**
   * Returns this configuration with environment variables.
   *
   * @param environment name to value, as the image has them
   * @return the new configuration
   */
  public ImageConfig environment(Map<String, String> environment) {
    return with(fields -> fields.environment = environment);
  }

  /**
   * Returns this configuration with environment variables as images and engines list them.
   *
   * @param assignments texts of the form {@code NAME=VALUE}; one without {@code =} has no value
   * @return the new configuration
   */
  public ImageConfig environment(Collection<String> assignments) {
    Map<String, String> parsed = new LinkedHashMap<>();
    for (String assignment : assignments) {
      int equals = assignment.indexOf('=');
      String name = equals < 0 ? assignment : assignment.substring(0, equals);
      parsed.put(name, equals < 0 ? "" : assignment.substring(equals + 1));
    }
    return environment(parsed);
  }

  /**
   * Returns this configuration with volumes.
   *
   * @param volumes absolute paths in the container, at which the engine mounts a directory of its
   *     own unless something else is mounted there
   * @return the new configuration
   */
  public ImageConfig volumes(Collection<String> volumes) {
    return with(fields -> fields.volumes = volumes);
  }

  /**
   * Returns this configuration with a working directory.
   *
   * @param path an absolute path in the container; null or empty: the image has none
   * @return the new configuration
   */
  public ImageConfig workingDirectory(@Nullable String path) {
    return with(fields -> fields.workingDirectory = path);
  }

  /**
   * Returns this configuration with an entrypoint.
   *
   * @param words a program and its first arguments; empty: the image has none
   * @return the new configuration
   */
  public ImageConfig entrypoint(List<String> words) {
    return with(fields -> fields.entrypoint = words);
  }

  /**
   * Returns this configuration with a command.
   *
   * @param words the arguments of the entrypoint, or a program and its arguments if there is none;
   *     empty: the image has none
   * @return the new configuration
   */
  public ImageConfig command(List<String> words) {
    return with(fields -> fields.command = words);
  }

  /**
   * Returns this configuration with a user.
   *
   * @param user a name or number, and a group after a colon; null or empty: the image has none
   * @return the new configuration
   */
  public ImageConfig user(@Nullable String user) {
    return with(fields -> fields.user = user);
  }

  /**
   * Returns this configuration with the signal that ends the image's own command.
   *
   * @param signal a name such as {@code SIGINT}, or a number, as the image has it; null or empty:
   *     the image has none
   * @return the new configuration
   */
  public ImageConfig stopSignal(@Nullable String signal) {
    return with(fields -> fields.stopSignal = signal);
  }

  /**
   * Returns the image's environment variables.
   *
   * @return name to value, in the image's order
   */
  public Map<String, String> environment() {
    return environment;
  }

  /**
   * Returns the directories that the image declares as volumes.
   *
   * @return absolute paths in the container, sorted, as the image has them
   */
  public List<String> volumes() {
    return volumes;
  }

  /**
   * Returns the image's working directory.
   *
   * @return an absolute path in the container; empty: the image has none
   */
  public Optional<String> workingDirectory() {
    return Optional.ofNullable(workingDirectory);
  }

  /**
   * Returns the image's entrypoint.
   *
   * @return a program and its first arguments; empty: the image has none, or it is unknown
   */
  public List<String> entrypoint() {
    return entrypoint;
  }

  /**
   * Returns the image's command.
   *
   * @return the arguments of the entrypoint, or a program and its arguments if there is none;
   *     empty: the image has none, or it is unknown
   */
  public List<String> command() {
    return command;
  }

  /**
   * Returns the user of the image.
   *
   * @return a name or number, and a group after a colon; empty: the image has none, which means
   *     root, or it is unknown
   */
  public Optional<String> user() {
    return Optional.ofNullable(user);
  }

  /**
   * Returns the signal that ends the image's own command.
   *
   * @return a name or number as the image has it; empty: the image has none, which means SIGTERM,
   *     or it is unknown
   */
  public Optional<String> stopSignal() {
    return Optional.ofNullable(stopSignal);
  }

  private List<Object> fields() {
    return List.of(
        environment, volumes, workingDirectory(), entrypoint, command, user(), stopSignal());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ImageConfig config && fields().equals(config.fields());
  }

  @Override
  public int hashCode() {
    return fields().hashCode();
  }

  @Override
  public String toString() {
    return "volumes %s, working directory %s, entrypoint %s, command %s, user %s, stop signal %s, %d variables"
        .formatted(
            volumes, workingDirectory, entrypoint, command, user, stopSignal, environment.size());
  }

  /** The fields of a copy that may be changed. */
  private static final class Fields {
    private Map<String, String> environment = Map.of();
    private Collection<String> volumes = List.of();
    private @Nullable String workingDirectory;
    private List<String> entrypoint = List.of();
    private List<String> command = List.of();
    private @Nullable String user;
    private @Nullable String stopSignal;
  }
}
