package io.lofn.runtime.embedded.sandbox;

import io.lofn.api.EngineException;
import java.util.List;
import java.util.Locale;

/** The kernel's names of capabilities; the place in the list is the number. */
final class Capabilities {

  private static final List<String> NAMES =
      List.of(
          "CHOWN",
          "DAC_OVERRIDE",
          "DAC_READ_SEARCH",
          "FOWNER",
          "FSETID",
          "KILL",
          "SETGID",
          "SETUID",
          "SETPCAP",
          "LINUX_IMMUTABLE",
          "NET_BIND_SERVICE",
          "NET_BROADCAST",
          "NET_ADMIN",
          "NET_RAW",
          "IPC_LOCK",
          "IPC_OWNER",
          "SYS_MODULE",
          "SYS_RAWIO",
          "SYS_CHROOT",
          "SYS_PTRACE",
          "SYS_PACCT",
          "SYS_ADMIN",
          "SYS_BOOT",
          "SYS_NICE",
          "SYS_RESOURCE",
          "SYS_TIME",
          "SYS_TTY_CONFIG",
          "MKNOD",
          "LEASE",
          "AUDIT_WRITE",
          "AUDIT_CONTROL",
          "SETFCAP",
          "MAC_OVERRIDE",
          "MAC_ADMIN",
          "SYSLOG",
          "WAKE_ALARM",
          "BLOCK_SUSPEND",
          "AUDIT_READ",
          "PERFMON",
          "BPF",
          "CHECKPOINT_RESTORE");

  private Capabilities() {}

  /** Returns the number of a capability, written with or without {@code CAP_}. */
  static int number(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    int number = NAMES.indexOf(upper.startsWith("CAP_") ? upper.substring(4) : upper);
    if (number < 0) {
      throw new EngineException(
          "'%s' (ContainerSettings.capability) is not a capability of Linux; write a name such as NET_RAW"
              .formatted(name));
    }
    return number;
  }
}
