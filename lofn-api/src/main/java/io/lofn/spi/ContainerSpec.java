package io.lofn.spi;

import static java.util.Objects.requireNonNull;

import io.lofn.api.ContainerSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The specification of a container to start. Immutable.
 *
 * <p>What the spec does not permit is denied: all capabilities are dropped, privileges cannot be
 * gained, the engine keeps no log of the streams, a program that crashes leaves no core dump
 * ({@code RLIMIT_CORE} is 0), and an init process passes signals on to the tool, unless the spec
 * asks for none.
 */
public final class ContainerSpec {

  private final String name;
  private final String image;
  private final List<String> argv;
  private final boolean imageEntrypoint;
  private final boolean stdin;
  private final boolean init;
  private final List<Mount> mounts;
  private final List<Device> devices;
  private final ContainerSettings settings;

  private ContainerSpec(Builder builder) {
    name = builder.name;
    image = builder.image;
    argv = List.copyOf(builder.argv);
    imageEntrypoint = builder.imageEntrypoint;
    stdin = builder.stdin;
    init = builder.init;
    mounts = List.copyOf(builder.mounts);
    devices = List.copyOf(builder.devices);
    settings = builder.settings;
  }

  /**
   * Returns a builder.
   *
   * @param name the container's name, unique on the engine: letters, digits, {@code _.-}
   * @param image the id of a prepared image
   * @return the builder
   */
  public static Builder builder(String name, String image) {
    return new Builder(name, image);
  }

  /**
   * Returns a builder that begins with all of this spec.
   *
   * @return a new builder; this spec stays as it is
   */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * Returns the container's name.
   *
   * @return unique on the engine
   */
  public String name() {
    return name;
  }

  /**
   * Returns the image.
   *
   * @return the id of a prepared image
   */
  public String image() {
    return image;
  }

  /**
   * Returns the command.
   *
   * @return the program and its arguments; the arguments alone if {@link #imageEntrypoint()};
   *     empty: the image's default command
   */
  public List<String> argv() {
    return argv;
  }

  /**
   * Returns whether the image's entrypoint is used, with {@link #argv()} as its arguments.
   *
   * @return {@code false} unless set
   */
  public boolean imageEntrypoint() {
    return imageEntrypoint;
  }

  /**
   * Returns whether standard input is attached. If not, it is empty.
   *
   * @return {@code false} unless set
   */
  public boolean stdin() {
    return stdin;
  }

  /**
   * Returns whether the container's first process is an init process of the engine, which passes
   * signals on and reaps orphans. If not, {@link #argv()} is the first process and does both: a
   * tool could trace an init process of its own user, and survive in it. A runtime that always has
   * one may keep it; lofn then starts a container for each run.
   *
   * @return {@code true} unless set
   */
  public boolean init() {
    return init;
  }

  /**
   * Returns the files and directories of this node that the container sees.
   *
   * @return the mounts
   */
  public List<Mount> mounts() {
    return mounts;
  }

  /**
   * Returns the devices of this node that the container gets, in addition to those that every
   * container has.
   *
   * @return the devices; none unless added
   */
  public List<Device> devices() {
    return devices;
  }

  /**
   * Returns the settings of the container.
   *
   * @return the settings
   */
  public ContainerSettings settings() {
    return settings;
  }

  /** Builds a spec. Not thread-safe. */
  public static final class Builder {

    private final String name;
    private final String image;
    private final List<Mount> mounts = new ArrayList<>();
    private final List<Device> devices = new ArrayList<>();
    private List<String> argv = List.of();
    private boolean imageEntrypoint;
    private boolean stdin;
    private boolean init = true;
    private ContainerSettings settings = ContainerSettings.defaults();

    private Builder(String name, String image) {
      this.name = requireNonNull(name, "name is null");
      this.image = requireNonNull(image, "image is null");
    }

    private Builder(ContainerSpec spec) {
      this(spec.name, spec.image);
      mounts.addAll(spec.mounts);
      devices.addAll(spec.devices);
      argv = spec.argv;
      imageEntrypoint = spec.imageEntrypoint;
      stdin = spec.stdin;
      init = spec.init;
      settings = spec.settings;
    }

    /**
     * Sets the command, which replaces the image's entrypoint.
     *
     * @param argv the program and its arguments; empty: the image's default command
     * @return this builder
     */
    public Builder command(List<String> argv) {
      this.argv = argv;
      imageEntrypoint = false;
      return this;
    }

    /**
     * Sets the arguments of the image's own entrypoint.
     *
     * @param arguments the arguments
     * @return this builder
     */
    public Builder arguments(List<String> arguments) {
      argv = arguments;
      imageEntrypoint = true;
      return this;
    }

    /**
     * Attaches standard input.
     *
     * @return this builder
     */
    public Builder stdin() {
      stdin = true;
      return this;
    }

    /**
     * Makes the command the container's first process, without an init process.
     *
     * @return this builder
     */
    public Builder withoutInit() {
      init = false;
      return this;
    }

    /**
     * Adds a mount.
     *
     * @param mount the mount
     * @return this builder
     */
    public Builder mount(Mount mount) {
      mounts.add(mount);
      return this;
    }

    /**
     * Sets all mounts.
     *
     * @param mounts the mounts, in place of those added so far
     * @return this builder
     */
    public Builder mounts(Collection<Mount> mounts) {
      List<Mount> all = List.copyOf(mounts);
      this.mounts.clear();
      this.mounts.addAll(all);
      return this;
    }

    /**
     * Adds a device.
     *
     * @param device the device
     * @return this builder
     */
    public Builder device(Device device) {
      devices.add(requireNonNull(device, "device is null"));
      return this;
    }

    /**
     * Sets the settings of the container.
     *
     * @param settings the settings
     * @return this builder
     */
    public Builder settings(ContainerSettings settings) {
      this.settings = requireNonNull(settings, "settings is null");
      return this;
    }

    /**
     * Returns the spec.
     *
     * @return the spec
     */
    public ContainerSpec build() {
      return new ContainerSpec(this);
    }
  }
}
