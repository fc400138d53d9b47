package io.lofn.testkit;

/**
 * What a runtime may lack. One that does says so in {@link ContainerRuntimeContract#lacks()}, and
 * the contract then tests that it does what the {@link Lack} it named promises.
 */
public enum Ability {
  /**
   * Standard output flows while standard error is not read, and the other way round. Without, which
   * can only be {@link Lack#IGNORED}, the one stops until the other is read, and nothing is lost.
   */
  INDEPENDENT_OUTPUTS,
  /** A tool sees no file of the node but those that are mounted. */
  FILE_ISOLATION,
  /** Without a network, a tool has the loopback interface alone. */
  NETWORK_ISOLATION,
  /** A tool has no capabilities but those asked for, and cannot gain privileges. */
  PRIVILEGES,
  /**
   * A tool runs as any numeric user. The user of this JVM must be accepted, and take effect, in any
   * case.
   */
  USERS,
  /** Processors, memory, processes and shared memory are limited. */
  LIMITS,
  /** A tool cannot write what is mounted read-only. */
  READ_ONLY_MOUNTS,
  /** A tool cannot write the image's own files where that is asked for. */
  READ_ONLY_ROOT,
  /** A directory in memory holds no more than its size. It must be there in any case. */
  TMPFS_SIZE,
  /** Options in the engine's own words are understood, {@code --env=NAME=VALUE} among them. */
  ENGINE_OPTIONS
}
