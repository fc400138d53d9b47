package io.lofn.runtime.cli.dialect;

import io.lofn.spi.RuntimeFeature;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Something to be said about a container. A dialect without a word cannot do it; a word of no
 * arguments is for what goes without saying.
 */
public enum DialectOption {
  /** Begins the command that runs a container, where that is one command. */
  RUN(null),
  /** Attaches to a created container and starts it; more arguments follow. */
  START(null),
  /** Kills and removes containers; their ids follow. */
  REMOVE(null),
  /** Program and arguments that pull an image to a file below a directory of images. */
  PULL(null, "{}", "{store}", "{file}"),
  /** Loads an archive of images. */
  LOAD(null, "{}"),
  /** Says a name. */
  NAME(null, "{}"),
  /** Says a label, {@code name=value}. */
  LABEL(null, "{}"),
  /** An image that is missing is an error. */
  NO_PULL(null),
  /** An init process is process 1. */
  INIT(null),
  /** Standard input is attached. */
  STDIN(null),
  /** The engine keeps no log of the streams. */
  NO_LOG(null),
  /** Checks that the image asks for are not made. */
  NO_HEALTH_CHECK(null),
  /** Variables of this process stay out of the container. */
  NO_INHERITED_ENVIRONMENT(null),
  /** The user who runs the command is the same user inside. */
  KEEP_USER_ID(null),
  /** Says a mount; the value as a whole is a line of comma-separated values. */
  MOUNT(null, "{}", "{source}", "{target}"),
  /** Says a mount that cannot be written. */
  READ_ONLY_MOUNT(RuntimeFeature.READ_ONLY_MOUNTS, "{}", "{source}", "{target}"),
  /** What is mounted below such a mount cannot be written, either; more values for that line. */
  READ_ONLY_SUBMOUNTS(RuntimeFeature.READ_ONLY_SUBMOUNTS),
  /** Says a directory in memory. */
  TMPFS(RuntimeFeature.TMPFS_SIZE, "{}", "{target}", "{size}"),
  /** Says a device of the node, with what the tool may do with it. */
  DEVICE(RuntimeFeature.DEVICES, "{}", "{source}", "{target}", "{permissions}"),
  /** Says the name of a variable; its value is in the environment of the command. */
  ENV_OF_COMMAND(null, "{}"),
  /** Says what a variable's name in the environment of the command begins with. */
  ENV_PREFIX(null),
  /** Says a file of variables. */
  ENV_FILE(null, "{}"),
  /** Says the name of a variable that the engine sets by itself, and is not to set. */
  UNSET_ENV(null, "{}"),
  /** Says the first word of the command. */
  ENTRYPOINT(null, "{}"),
  /** The image's own command runs where none is given. */
  IMAGE_COMMAND(RuntimeFeature.IMAGE_COMMAND),
  /** Says the user; the group is the part after a colon. */
  USER(RuntimeFeature.USERS, "{}", "{uid}", "{gid}"),
  /** Says the working directory. */
  WORKING_DIRECTORY(null, "{}"),
  /** Says the platform of the image. */
  PLATFORM(RuntimeFeature.PLATFORMS, "{}"),
  /** Says the network. */
  NETWORK(RuntimeFeature.NETWORK_ISOLATION, "{}"),
  /** Its processes have a namespace of their own, and end with it. */
  PROCESS_ISOLATION(RuntimeFeature.PROCESS_ISOLATION),
  /** All capabilities are dropped. */
  NO_CAPABILITIES(RuntimeFeature.PRIVILEGES),
  /** Says a capability to keep. */
  CAPABILITY(RuntimeFeature.PRIVILEGES, "{}"),
  /** Privileges cannot be gained. */
  NO_NEW_PRIVILEGES(RuntimeFeature.PRIVILEGES),
  /** The image's files are read-only. */
  READ_ONLY_ROOT(RuntimeFeature.READ_ONLY_ROOT),
  /** The image's files can be written. */
  WRITABLE_ROOT(RuntimeFeature.WRITABLE_ROOT),
  /** Says how many processors. */
  CPUS(RuntimeFeature.CPUS, "{}"),
  /** Says how many bytes of memory, swap included. */
  MEMORY(RuntimeFeature.MEMORY, "{}"),
  /** The engine says when the memory limit was hit. */
  OUT_OF_MEMORY_DETECTION(RuntimeFeature.OUT_OF_MEMORY_DETECTION),
  /** Says how many processes and threads. */
  PIDS(RuntimeFeature.PIDS, "{}"),
  /** A program that crashes leaves no file of its memory. */
  NO_CORE_DUMPS(null),
  /** Says the size of {@code /dev/shm} in bytes. */
  SHARED_MEMORY(RuntimeFeature.SHARED_MEMORY, "{}"),
  /** The engine's own options are passed on. */
  ENGINE_OPTIONS(RuntimeFeature.ENGINE_OPTIONS);

  private final @Nullable RuntimeFeature feature;
  private final String placeholders;

  DialectOption(@Nullable RuntimeFeature feature, String... placeholders) {
    this.feature = feature;
    this.placeholders = String.join(" ", placeholders);
  }

  /** What cannot be had without this word. */
  Optional<RuntimeFeature> feature() {
    return Optional.ofNullable(feature);
  }

  /**
   * What may stand in its arguments for a value; besides these, <code>{json}</code> for the first.
   */
  Set<String> placeholders() {
    return placeholders.isEmpty() ? Set.of() : Set.of(placeholders.split(" ", -1));
  }

  /** How a file of a dialect names it. */
  String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
