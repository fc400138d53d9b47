package io.lofn.spi;

import io.lofn.api.CheckReturnValue;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What an image says of the containers that are made from it, as far as lofn has to know it: the
 * fields {@code Env}, {@code Volumes} and {@code WorkingDir} of an image's configuration in the OCI
 * image specification. Immutable.
 */
@CheckReturnValue
public final class ImageConfig {

  private static final ImageConfig EMPTY = new ImageConfig(Map.of(), List.of(), null);

  private final Map<String, String> environment;
  private final List<String> volumes;
  private final @Nullable String workingDirectory;

  private ImageConfig(
      Map<String, String> environment,
      Collection<String> volumes,
      @Nullable String workingDirectory) {
    this.environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
    this.volumes = List.copyOf(new TreeSet<>(volumes));
    this.workingDirectory = workingDirectory;
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
    return new ImageConfig(environment, volumes, workingDirectory);
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
    return new ImageConfig(environment, volumes, workingDirectory);
  }

  /**
   * This configuration with a working directory.
   *
   * @param path an absolute path in the container; null or empty: the image says none
   * @return the new configuration
   */
  public ImageConfig workingDirectory(@Nullable String path) {
    return new ImageConfig(environment, volumes, path == null || path.isEmpty() ? null : path);
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

  @Override
  public boolean equals(Object other) {
    return other instanceof ImageConfig config
        && environment.equals(config.environment)
        && volumes.equals(config.volumes)
        && workingDirectory().equals(config.workingDirectory());
  }

  @Override
  public int hashCode() {
    return environment.hashCode() * 31 + volumes.hashCode();
  }

  @Override
  public String toString() {
    return "volumes %s, working directory %s, %d variables"
        .formatted(volumes, workingDirectory, environment.size());
  }
}
