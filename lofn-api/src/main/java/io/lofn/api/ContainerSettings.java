package io.lofn.api;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a container, apart from its command: environment, user, limits, permissions. The
 * defaults are restrictive: no network, no capabilities, no new privileges. The Javadoc of a setter
 * that permits more begins with "Opens".
 */
public final class ContainerSettings implements Serializable {

  private static final long serialVersionUID = 1L;

  /** The name of the network that has no interface but the loopback one. */
  public static final String NO_NETWORK = "none";

  private static final ContainerSettings DEFAULTS = new Builder().build();

  private final Map<String, String> environment;
  private final Map<String, String> labels;
  private final Map<String, Long> tmpfs;
  private final List<String> capabilities;
  private final List<String> engineOptions;
  private final ResourceLimits limits;
  private final String network;
  private final @Nullable String user;
  private final @Nullable String workingDirectory;
  private final @Nullable String platform;
  private final boolean newPrivileges;
  private final boolean readOnlyRoot;
  private final @Nullable Boolean reuse;

  private ContainerSettings(Builder builder) {
    environment = Collections.unmodifiableMap(new LinkedHashMap<>(builder.environment));
    labels = Collections.unmodifiableMap(new LinkedHashMap<>(builder.labels));
    tmpfs = Collections.unmodifiableMap(new LinkedHashMap<>(builder.tmpfs));
    capabilities = List.copyOf(builder.capabilities);
    engineOptions = List.copyOf(builder.engineOptions);
    limits = builder.limits;
    network = builder.network;
    user = builder.user;
    workingDirectory = builder.workingDirectory;
    platform = builder.platform;
    newPrivileges = builder.newPrivileges;
    readOnlyRoot = builder.readOnlyRoot;
    reuse = builder.reuse;
  }

  /**
   * Returns the restrictive defaults.
   *
   * @return the settings
   */
  public static ContainerSettings defaults() {
    return DEFAULTS;
  }

  /**
   * Returns a builder that starts from these settings.
   *
   * @return the builder
   */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * Returns environment variables, added to the image's own.
   *
   * @return name to value, in the order given
   */
  public Map<String, String> environment() {
    return environment;
  }

  /**
   * Returns labels of the container.
   *
   * @return name to value, in the order given
   */
  public Map<String, String> labels() {
    return labels;
  }

  /**
   * Returns directories in the container that live in memory and count towards its memory limit.
   *
   * @return absolute path in the container to size in bytes
   */
  public Map<String, Long> tmpfs() {
    return tmpfs;
  }

  /**
   * Returns the Linux capabilities to keep; all others are dropped.
   *
   * @return names without {@code CAP_}, such as {@code SYS_PTRACE}
   */
  public List<String> capabilities() {
    return capabilities;
  }

  /**
   * Returns options for the engine, in its own syntax. A runtime that does not support them refuses
   * to start the container.
   *
   * @return the options, one argument each
   */
  public List<String> engineOptions() {
    return engineOptions;
  }

  /**
   * Returns the limits on resources.
   *
   * @return the limits
   */
  public ResourceLimits limits() {
    return limits;
  }

  /**
   * Returns the network the container joins.
   *
   * @return {@value #NO_NETWORK}, {@code bridge}, or the name of a network of the engine
   */
  public String network() {
    return network;
  }

  /**
   * Returns the user the tool runs as.
   *
   * @return {@code uid}, {@code uid:gid} or a name that the image knows; empty: not set
   */
  public Optional<String> user() {
    return Optional.ofNullable(user);
  }

  /**
   * Returns the tool's working directory.
   *
   * @return an absolute path in the container; empty: the image's own
   */
  public Optional<String> workingDirectory() {
    return Optional.ofNullable(workingDirectory);
  }

  /**
   * Returns the platform of the image.
   *
   * @return such as {@code linux/arm64}; empty: the node's own
   */
  public Optional<String> platform() {
    return Optional.ofNullable(platform);
  }

  /**
   * Returns whether a process may gain privileges, as a set-user-id program does.
   *
   * @return {@code false} unless permitted
   */
  public boolean newPrivileges() {
    return newPrivileges;
  }

  /**
   * Returns whether the image's own files are read-only in the container.
   *
   * @return {@code false} unless set
   */
  public boolean readOnlyRoot() {
    return readOnlyRoot;
  }

  /**
   * Returns whether one container may serve many runs, one after the other.
   *
   * @return the choice, or empty for the session's
   */
  public Optional<Boolean> reuse() {
    return Optional.ofNullable(reuse);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ContainerSettings settings && values().equals(settings.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }

  private List<Object> values() {
    return Arrays.asList(
        environment,
        labels,
        tmpfs,
        capabilities,
        engineOptions,
        limits,
        network,
        user,
        workingDirectory,
        platform,
        newPrivileges,
        readOnlyRoot,
        reuse);
  }

  /** Builds settings. Not thread-safe. */
  public static final class Builder {

    private final Map<String, String> environment = new LinkedHashMap<>();
    private final Map<String, String> labels = new LinkedHashMap<>();
    private final Map<String, Long> tmpfs = new LinkedHashMap<>();
    private final List<String> capabilities = new ArrayList<>();
    private List<String> engineOptions = List.of();
    private ResourceLimits limits = ResourceLimits.none();
    private String network = NO_NETWORK;
    private @Nullable String user;
    private @Nullable String workingDirectory;
    private @Nullable String platform;
    private boolean newPrivileges;
    private boolean readOnlyRoot;
    private @Nullable Boolean reuse;

    private Builder() {}

    private Builder(ContainerSettings settings) {
      environment.putAll(settings.environment);
      labels.putAll(settings.labels);
      tmpfs.putAll(settings.tmpfs);
      capabilities.addAll(settings.capabilities);
      engineOptions = settings.engineOptions;
      limits = settings.limits;
      network = settings.network;
      user = settings.user;
      workingDirectory = settings.workingDirectory;
      platform = settings.platform;
      newPrivileges = settings.newPrivileges;
      readOnlyRoot = settings.readOnlyRoot;
      reuse = settings.reuse;
    }

    /**
     * Sets an environment variable.
     *
     * @param name not empty, without {@code =}
     * @param value any text without NUL, line breaks included; with the name and {@code =} at most
     *     131,071 bytes in UTF-8
     * @return this builder
     * @throws IllegalArgumentException if no program can receive such a variable
     */
    public Builder environment(String name, String value) {
      if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("Not a name of an environment variable: '" + name + "'");
      }
      if (value.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("The value of " + name + " contains a NUL");
      }
      ProgramWords.checkVariable(name, value);
      environment.put(name, value);
      return this;
    }

    /**
     * Takes environment variables away.
     *
     * @param names the variables' names; those that are not there do not matter
     * @return this builder
     */
    public Builder withoutEnvironment(Collection<String> names) {
      environment.keySet().removeAll(names);
      return this;
    }

    /**
     * Sets a label.
     *
     * @param name not empty, without {@code =}
     * @param value the value
     * @return this builder
     */
    public Builder label(String name, String value) {
      if (name.isEmpty() || name.indexOf('=') >= 0) {
        throw new IllegalArgumentException("Not a name of a label: '" + name + "'");
      }
      labels.put(name, requireNonNull(value, "value is null"));
      return this;
    }

    /**
     * Adds a directory that lives in memory.
     *
     * @param path absolute path in the container
     * @param bytes its size, at least 1
     * @return this builder
     */
    public Builder tmpfs(String path, long bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException("The size of tmpfs " + path + " must be at least 1");
      }
      tmpfs.put(ContainerPath.absolute("tmpfs", path), bytes);
      return this;
    }

    /**
     * Adds a directory that lives in memory, as {@link #tmpfs(String, long)}.
     *
     * @param path absolute path in the container
     * @param size a number with a unit, such as {@code "512m"}
     * @return this builder
     * @throws IllegalArgumentException if the text has no unit, another form, or is not positive
     */
    public Builder tmpfs(String path, String size) {
      return tmpfs(path, Units.ofSetter("ContainerSettings.Builder.tmpfs", size, Units::size));
    }

    /**
     * Opens: keeps a Linux capability.
     *
     * @param name with or without {@code CAP_}
     * @return this builder
     */
    public Builder capability(String name) {
      capabilities.add(name.startsWith("CAP_") ? name.substring(4) : name);
      return this;
    }

    /**
     * Opens: passes options to the engine, in its own syntax.
     *
     * @param options one argument each, such as {@code --gpus=all}
     * @return this builder
     */
    public Builder engineOptions(List<String> options) {
      engineOptions = List.copyOf(options);
      return this;
    }

    /**
     * Sets all limits.
     *
     * @param limits the limits
     * @return this builder
     */
    public Builder limits(ResourceLimits limits) {
      this.limits = requireNonNull(limits, "limits is null");
      return this;
    }

    /**
     * Opens: joins a network.
     *
     * @param network {@value #NO_NETWORK}, {@code bridge}, or the name of a network of the engine
     * @return this builder
     */
    public Builder network(String network) {
      if (network.isBlank()) {
        throw new IllegalArgumentException("The network is blank; 'none' means no network");
      }
      this.network = network;
      return this;
    }

    /**
     * Sets the user the tool runs as.
     *
     * @param user {@code uid}, {@code uid:gid} or a name that the image knows
     * @return this builder
     */
    public Builder user(String user) {
      if (user.isBlank()) {
        throw new IllegalArgumentException("The user is blank");
      }
      this.user = user;
      return this;
    }

    /**
     * Sets the tool's working directory.
     *
     * @param path absolute path in the container
     * @return this builder
     */
    public Builder workingDirectory(String path) {
      workingDirectory = ContainerPath.absolute("workingDirectory", path);
      return this;
    }

    /**
     * Sets the platform of the image.
     *
     * @param platform such as {@code linux/arm64}
     * @return this builder
     */
    public Builder platform(String platform) {
      this.platform = requireNonNull(platform, "platform is null");
      return this;
    }

    /**
     * Opens or closes: sets whether processes may gain privileges.
     *
     * @param allowed whether they may
     * @return this builder
     */
    public Builder newPrivileges(boolean allowed) {
      newPrivileges = allowed;
      return this;
    }

    /**
     * Sets whether the image's own files are read-only in the container.
     *
     * @param readOnly whether they are
     * @return this builder
     */
    public Builder readOnlyRoot(boolean readOnly) {
      readOnlyRoot = readOnly;
      return this;
    }

    /**
     * Sets whether one container may serve many runs, one after the other.
     *
     * @param allowed whether it may
     * @return this builder
     */
    public Builder reuse(boolean allowed) {
      reuse = allowed;
      return this;
    }

    /**
     * Removes labels.
     *
     * @param names names of labels, present or not
     * @return this builder
     */
    public Builder withoutLabels(Collection<String> names) {
      labels.keySet().removeAll(names);
      return this;
    }

    /**
     * Returns the settings.
     *
     * @return the settings
     */
    public ContainerSettings build() {
      return new ContainerSettings(this);
    }
  }
}
