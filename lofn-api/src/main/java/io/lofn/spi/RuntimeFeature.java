package io.lofn.spi;

/**
 * Features that a {@link ContainerSpec} may ask for and not every {@link ContainerRuntime}
 * supports. A runtime returns those that it does not support from {@link
 * ContainerRuntime#unsupportedFeatures()}; it must support all others.
 */
public enum RuntimeFeature {
  /** The image's own entrypoint or command runs if the spec sets none. */
  IMAGE_COMMAND,
  /**
   * Standard output flows while standard error is not read, and the other way round. Without this
   * feature, one stops until the other is read, and nothing is lost.
   */
  INDEPENDENT_OUTPUTS,
  /** A tool sees no file of the node except those that are mounted. */
  FILE_ISOLATION,
  /** Without a network, a tool has only the loopback interface. */
  NETWORK_ISOLATION,
  /**
   * Without a network, {@code /etc/hosts} of the container resolves {@code localhost}. A runtime
   * without this feature accepts a mount at {@code /etc/hosts}, whatever the image has there, and
   * lofn mounts a file.
   */
  LOCALHOST,
  /** A tool sees and signals only processes of its container, and all of these end with it. */
  PROCESS_ISOLATION,
  /** A tool has only the capabilities that were asked for, and cannot gain privileges. */
  PRIVILEGES,
  /**
   * A tool can run as any numeric user. The user of this JVM must always be accepted, and take
   * effect.
   */
  USERS,
  /** The processors of a tool can be limited. */
  CPUS,
  /** The memory of a tool can be limited. */
  MEMORY,
  /** The number of processes of a tool can be limited. */
  PIDS,
  /** The size of {@code /dev/shm} can be set. */
  SHARED_MEMORY,
  /** The exit of a tool reports that its memory limit was hit, if that limit ended the tool. */
  OUT_OF_MEMORY_DETECTION,
  /** A tool cannot write to read-only mounts. */
  READ_ONLY_MOUNTS,
  /**
   * A tool cannot write to file systems that this node has mounted below a read-only mount. Without
   * this feature, lofn looks for them.
   */
  READ_ONLY_SUBMOUNTS,
  /** A tool may write the image's own files; what it wrote is deleted with the container. */
  WRITABLE_ROOT,
  /** A tool cannot write the image's own files if a read-only root is asked for. */
  READ_ONLY_ROOT,
  /** A directory in memory holds no more than its size. It must exist in any case. */
  TMPFS_SIZE,
  /** A tool gets the devices of the node that are asked for, under the names that are asked for. */
  DEVICES,
  /** Images for another platform than the node's can be used. */
  PLATFORMS,
  /** Images that are not on the node are pulled from a registry. */
  PULL,
  /** Options for the engine are supported, {@code --env=NAME=VALUE} among them. */
  ENGINE_OPTIONS
}
