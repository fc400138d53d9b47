package io.lofn.runtime.cli.dialect;

import io.lofn.spi.RuntimeFeature;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An option that a dialect translates to arguments of its command line. An option that a dialect
 * does not define is unsupported (in a dialect file: an empty value means unsupported). An option
 * with no arguments is supported by default: the program does it without being asked.
 */
public enum DialectOption {
  /** The first arguments of the command that runs a container, where one command does so. */
  RUN(null),
  /** Attaches to a created container and starts it; more arguments follow. */
  START(null),
  /** Kills and removes containers; their ids follow as arguments. */
  REMOVE(null),
  /** Program and arguments that pull an image to a file in the directory of images. */
  PULL(null, "{}", "{store}", "{file}"),
  /** Loads an archive of images. */
  LOAD(null, "{}"),
  /** The name of the container. */
  NAME(null, "{}"),
  /** A label, {@code name=value}. */
  LABEL(null, "{}"),
  /** A missing image is an error, not pulled. */
  NO_PULL(null),
  /** An init process is process 1. */
  INIT(null),
  /** Standard input is attached. */
  STDIN(null),
  /** The engine keeps no log of the streams. */
  NO_LOG(null),
  /** The image's health check does not run. */
  NO_HEALTH_CHECK(null),
  /** Variables of this process stay out of the container. */
  NO_INHERITED_ENVIRONMENT(null),
  /** The user who runs the command has the same user id inside the container. */
  KEEP_USER_ID(null),
  /** A mount; <code>{}</code> is the whole mount as comma-separated values. */
  MOUNT(null, "{}", "{source}", "{target}"),
  /** A read-only mount. */
  READ_ONLY_MOUNT(RuntimeFeature.READ_ONLY_MOUNTS, "{}", "{source}", "{target}"),
  /**
   * Mounts below a read-only mount are read-only, too; more comma-separated values for the mount.
   */
  READ_ONLY_SUBMOUNTS(RuntimeFeature.READ_ONLY_SUBMOUNTS),
  /** A tmpfs: a directory in memory. */
  TMPFS(RuntimeFeature.TMPFS_SIZE, "{}", "{target}", "{size}"),
  /** A device of the node, with the tool's permissions on it. */
  DEVICE(RuntimeFeature.DEVICES, "{}", "{source}", "{target}", "{permissions}"),
  /** The name of a variable; its value is in the environment of the command. */
  ENV_OF_COMMAND(null, "{}"),
  /** The prefix of a variable's name in the environment of the command. */
  ENV_PREFIX(null),
  /** A file of variables. */
  ENV_FILE(null, "{}"),
  /** The name of a variable that the engine sets by default and must not set. */
  UNSET_ENV(null, "{}"),
  /** The program, the first argument of the command. */
  ENTRYPOINT(null, "{}"),
  /** The image's own command runs where none is given. */
  IMAGE_COMMAND(RuntimeFeature.IMAGE_COMMAND),
  /** The user; the group follows after a colon. */
  USER(RuntimeFeature.USERS, "{}", "{uid}", "{gid}"),
  /** The working directory. */
  WORKING_DIRECTORY(null, "{}"),
  /** The platform of the image. */
  PLATFORM(RuntimeFeature.PLATFORMS, "{}"),
  /** The network. */
  NETWORK(RuntimeFeature.NETWORK_ISOLATION, "{}"),
  /** The container has its own process namespace, and its processes end with it. */
  PROCESS_ISOLATION(RuntimeFeature.PROCESS_ISOLATION),
  /** All capabilities are dropped. */
  NO_CAPABILITIES(RuntimeFeature.PRIVILEGES),
  /** A capability that the container keeps. */
  CAPABILITY(RuntimeFeature.PRIVILEGES, "{}"),
  /** Privileges cannot be gained. */
  NO_NEW_PRIVILEGES(RuntimeFeature.PRIVILEGES),
  /** The image's files are read-only. */
  READ_ONLY_ROOT(RuntimeFeature.READ_ONLY_ROOT),
  /** The image's files can be written. */
  WRITABLE_ROOT(RuntimeFeature.WRITABLE_ROOT),
  /** The limit of processors. */
  CPUS(RuntimeFeature.CPUS, "{}"),
  /** The limit of memory in bytes, swap included. */
  MEMORY(RuntimeFeature.MEMORY, "{}"),
  /** The engine reports that the memory limit was hit. */
  OUT_OF_MEMORY_DETECTION(RuntimeFeature.OUT_OF_MEMORY_DETECTION),
  /** The limit of processes and threads. */
  PIDS(RuntimeFeature.PIDS, "{}"),
  /** A program that crashes leaves no file of its memory. */
  NO_CORE_DUMPS(null),
  /** The size of {@code /dev/shm} in bytes. */
  SHARED_MEMORY(RuntimeFeature.SHARED_MEMORY, "{}"),
  /** The engine's own options are passed on. */
  ENGINE_OPTIONS(RuntimeFeature.ENGINE_OPTIONS);

  private final @Nullable RuntimeFeature feature;
  private final String placeholders;

  DialectOption(@Nullable RuntimeFeature feature, String... placeholders) {
    this.feature = feature;
    this.placeholders = String.join(" ", placeholders);
  }

  /** Returns the feature that is unsupported without this option. */
  Optional<RuntimeFeature> feature() {
    return Optional.ofNullable(feature);
  }

  /**
   * Returns the placeholders that its arguments may contain. Where <code>{}</code> is one of them,
   * <code>{json}</code> is allowed, too.
   */
  Set<String> placeholders() {
    return placeholders.isEmpty() ? Set.of() : Set.of(placeholders.split(" ", -1));
  }

  /** Returns its key in a dialect file, without the prefix {@code option.}. */
  String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
