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
 * What an image says of the containers that are made from it: fields of an image's configuration in
 * the OCI image specification. Immutable; a setter returns a new value.
 *
 * <p>Environment, volumes and working directory are told only where containers of the runtime get
 * them. Entrypoint, command, user and stop signal are told as the image has them, whether or not
 * the runtime heeds them: lofn chooses the user, stops by SIGTERM, and asks for {@link
 * RuntimeFeature#IMAGE_COMMAND} where it does not choose the command.
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
   * An image that says nothing, or whose runtime cannot tell what it says.
   *
   * @return the configuration
   */
  public static ImageConfig empty() {
    return EMPTY;
  }

  /**
   * This configuration with environment variables.
   *
   * @param environment name to value, as the image has them
   * @return the new configuration
   */
  public ImageConfig environment(Map<String, String> environment) {
    return with(fields -> fields.environment = environment);
  }

  /**
   * This configuration with environment variables as images and engines list them.
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
   * This configuration with volumes.
   *
   * @param volumes absolute paths in the container, at which the engine mounts a directory of its
   *     own unless something else is mounted there
   * @return the new configuration
   */
  public ImageConfig volumes(Collection<String> volumes) {
    return with(fields -> fields.volumes = volumes);
  }

  /**
   * This configuration with a working directory.
   *
   * @param path an absolute path in the container; null or empty: the image says none
   * @return the new configuration
   */
  public ImageConfig workingDirectory(@Nullable String path) {
    return with(fields -> fields.workingDirectory = path);
  }

  /**
   * This configuration with an entrypoint.
   *
   * @param words a program and its first arguments; empty: the image says none
   * @return the new configuration
   */
  public ImageConfig entrypoint(List<String> words) {
    return with(fields -> fields.entrypoint = words);
  }

  /**
   * This configuration with a command.
   *
   * @param words the arguments of the entrypoint, or a program and its arguments where there is
   *     none; empty: the image says none
   * @return the new configuration
   */
  public ImageConfig command(List<String> words) {
    return with(fields -> fields.command = words);
  }

  /**
   * This configuration with a user.
   *
   * @param user a name or number, and a group after a colon; null or empty: the image says none
   * @return the new configuration
   */
  public ImageConfig user(@Nullable String user) {
    return with(fields -> fields.user = user);
  }

  /**
   * This configuration with a signal by which the image's own command ends.
   *
   * @param signal a name such as {@code SIGINT}, or a number, as the image has it; null or empty:
   *     the image says none
   * @return the new configuration
   */
  public ImageConfig stopSignal(@Nullable String signal) {
    return with(fields -> fields.stopSignal = signal);
  }

  /**
   * The image's environment variables.
   *
   * @return name to value, in the image's order
   */
  public Map<String, String> environment() {
    return environment;
  }

  /**
   * The directories that the image declares as volumes.
   *
   * @return absolute paths in the container, sorted, as the image has them
   */
  public List<String> volumes() {
    return volumes;
  }

  /**
   * The image's working directory.
   *
   * @return an absolute path in the container; empty: the image says none
   */
  public Optional<String> workingDirectory() {
    return Optional.ofNullable(workingDirectory);
  }

  /**
   * The image's entrypoint.
   *
   * @return a program and its first arguments; empty: the image says none, or nobody knows
   */
  public List<String> entrypoint() {
    return entrypoint;
  }

  /**
   * The image's command.
   *
   * @return the arguments of the entrypoint, or a program and its arguments where there is none;
   *     empty: the image says none, or nobody knows
   */
  public List<String> command() {
    return command;
  }

  /**
   * The user that the image would run as.
   *
   * @return a name or number, and a group after a colon; empty: the image says none, which is root,
   *     or nobody knows
   */
  public Optional<String> user() {
    return Optional.ofNullable(user);
  }

  /**
   * The signal by which the image's own command ends.
   *
   * @return a name or number as the image has it; empty: the image says none, which is SIGTERM, or
   *     nobody knows
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

  /** What is changed of a copy. */
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
