package io.lofn.runtime.cli;

/** Something to be said about a container that is created. */
enum Word {
  /** Says a name. */
  NAME,
  /** Says a label, {@code name=value}. */
  LABEL,
  /** An image that is missing is an error. */
  NO_PULL,
  /** An init process is process 1. */
  INIT,
  /** Standard input is attached. */
  STDIN,
  /** The engine keeps no log of the streams. */
  NO_LOG,
  /** Checks that the image asks for are not made. */
  NO_HEALTH_CHECK,
  /** Variables of this process stay out of the container. */
  NO_INHERITED_ENVIRONMENT,
  /** The user who runs the command is the same user inside. */
  KEEP_USER_ID,
  /** Says a mount, as the fields of a line of comma-separated values. */
  MOUNT,
  /** Says the name of a variable; its value is in the environment of the command. */
  ENV_OF_COMMAND,
  /** Says a file of variables. */
  ENV_FILE,
  /** Says the first word of the command. */
  ENTRYPOINT,
  /** Says the user. */
  USER,
  /** Says the working directory. */
  WORKING_DIRECTORY,
  /** Says the platform of the image. */
  PLATFORM,
  /** Says the network. */
  NETWORK,
  /** All capabilities are dropped. */
  NO_CAPABILITIES,
  /** Says a capability to keep. */
  CAPABILITY,
  /** Privileges cannot be gained. */
  NO_NEW_PRIVILEGES,
  /** The image's files are read-only. */
  READ_ONLY_ROOT,
  /** Says how many processors. */
  CPUS,
  /** Says how many bytes of memory, swap included. */
  MEMORY,
  /** Says how many processes and threads. */
  PIDS,
  /** Says the size of {@code /dev/shm} in bytes. */
  SHARED_MEMORY
}
