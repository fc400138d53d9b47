package io.lofn.spi;

import static java.util.Objects.requireNonNull;

import io.lofn.api.ContainerSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What a runtime starts. Immutable.
 *
 * <p>Whatever the spec does not open is closed: all capabilities are dropped, privileges cannot be
 * gained, the engine keeps no log of the streams, a program that crashes leaves no core dump
 * ({@code RLIMIT_CORE} is 0), and an init process passes signals on to the tool, unless the spec
 * wants none.
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
   * A builder.
   *
   * @param name the container's name, unique on the engine: letters, digits, {@code _.-}
   * @param image the id of a prepared image
   * @return the builder
   */
  public static Builder builder(String name, String image) {
    return new Builder(name, image);
  }

  /**
   * A builder that begins with all of this spec.
   *
   * @return a new builder; this spec stays as it is
   */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * The container's name.
   *
   * @return unique on the engine
   */
  public String name() {
    return name;
  }

  /**
   * The image.
   *
   * @return the id of a prepared image
   */
  public String image() {
    return image;
  }

  /**
   * What is run.
   *
   * @return the program and its arguments; the arguments alone if {@link #imageEntrypoint()};
   *     empty: what the image says
   */
  public List<String> argv() {
    return argv;
  }

  /**
   * Whether the image's entrypoint is kept and gets {@link #argv()} as its arguments.
   *
   * @return {@code false} unless set
   */
  public boolean imageEntrypoint() {
    return imageEntrypoint;
  }

  /**
   * Whether standard input is attached. If not, the process finds it at its end.
   *
   * @return {@code false} unless set
   */
  public boolean stdin() {
    return stdin;
  }

  /**
   * Whether an init process of the engine's is the container's first one, which passes signals on
   * and reaps orphans. If not, {@link #argv()} is the first process and does both: a tool could
   * trace an init process of its own user, and live on in it. A runtime that always has one may
   * keep it; lofn then starts a container for each run.
   *
   * @return {@code true} unless set
   */
  public boolean init() {
    return init;
  }

  /**
   * What the container sees of this node.
   *
   * @return the mounts
   */
  public List<Mount> mounts() {
    return mounts;
  }

  /**
   * What devices of this node the container gets, besides those that every container has.
   *
   * @return the devices; none unless added
   */
  public List<Device> devices() {
    return devices;
  }

  /**
   * How the container is set up.
   *
   * @return the settings
   */
  public ContainerSettings settings() {
    return settings;
  }

  /** Collects a spec. Not thread-safe. */
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
     * Sets what is run in place of the image's entrypoint.
     *
     * @param argv the program and its arguments; empty: what the image says
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
     * Makes what is run the container's first process.
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
     * Sets how the container is set up.
     *
     * @param settings the settings
     * @return this builder
     */
    public Builder settings(ContainerSettings settings) {
      this.settings = requireNonNull(settings, "settings is null");
      return this;
    }

    /**
     * The spec collected so far.
     *
     * @return the spec
     */
    public ContainerSpec build() {
      return new ContainerSpec(this);
    }
  }
}
