package io.lofn.spi;

/**
 * What a {@link ContainerSpec} may ask for and not every {@link ContainerRuntime} can do. A runtime
 * that lacks an ability says so in {@link ContainerRuntime#unsupportedFeatures()}; what is not
 * named there must be there.
 */
public enum RuntimeFeature {
  /** The image's own entrypoint or command runs where the spec leaves it to the image. */
  IMAGE_COMMAND,
  /**
   * Standard output flows while standard error is not read, and the other way round. Without, the
   * one stops until the other is read, and nothing is lost.
   */
  INDEPENDENT_OUTPUTS,
  /** A tool sees no file of the node but those that are mounted. */
  FILE_ISOLATION,
  /** Without a network, a tool has the loopback interface alone. */
  NETWORK_ISOLATION,
  /**
   * Without a network {@code /etc/hosts} names {@code localhost}, where the container has a file of
   * its own there. A runtime that lacks this takes a mount at {@code /etc/hosts}, whatever the
   * image has there, and lofn gives it one.
   */
  LOCALHOST,
  /**
   * A tool sees and signals no process of this node but those of its container, and all of these
   * end with it.
   */
  PROCESS_ISOLATION,
  /** A tool has no capabilities but those asked for, and cannot gain privileges. */
  PRIVILEGES,
  /**
   * A tool runs as any numeric user. The user of this JVM must be accepted, and take effect, in any
   * case.
   */
  USERS,
  /** Processors are limited. */
  CPUS,
  /** Memory is limited. */
  MEMORY,
  /** Processes are limited. */
  PIDS,
  /** The size of {@code /dev/shm} can be set. */
  SHARED_MEMORY,
  /** The end of a tool whose memory limit was hit says so, where that limit ended the tool. */
  OUT_OF_MEMORY_DETECTION,
  /** A tool cannot write what is mounted read-only. */
  READ_ONLY_MOUNTS,
  /**
   * Nor can it write what lies on file systems that this node has mounted below what is mounted
   * read-only. Without, lofn looks for them.
   */
  READ_ONLY_SUBMOUNTS,
  /** A tool may write the image's own files; what it wrote is gone with the container. */
  WRITABLE_ROOT,
  /** A tool cannot write the image's own files where that is asked for. */
  READ_ONLY_ROOT,
  /** A directory in memory holds no more than its size. It must be there in any case. */
  TMPFS_SIZE,
  /** A tool finds the devices of the node that are asked for, under the names asked for. */
  DEVICES,
  /** An image can be had for another platform than the node's. */
  PLATFORMS,
  /** Images that are not on the node are pulled from a registry. */
  PULL,
  /** Options in the engine's own words are understood, {@code --env=NAME=VALUE} among them. */
  ENGINE_OPTIONS
}
