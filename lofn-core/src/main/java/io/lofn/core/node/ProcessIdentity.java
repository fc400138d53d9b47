package io.lofn.core.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Identifies the process that owns containers and exchanges. A pid alone is not enough: it is
 * reused after a while, starts anew with every boot, and means another process in another pid
 * namespace.
 *
 * @param host the node's name
 * @param machine identifies the machine among others of this name, in all its boots; empty if
 *     unknown
 * @param boot the id of the node's boot
 * @param namespace the pid namespace of the pid
 * @param pid the process id
 * @param start the start time of the process, in clock ticks since boot
 */
public record ProcessIdentity(
    String host, String machine, String boot, String namespace, long pid, String start) {

  public static final String HOST = "io.lofn.host";
  private static final String MACHINE = "io.lofn.machine";
  private static final String BOOT = "io.lofn.boot";
  private static final String NAMESPACE = "io.lofn.pid.namespace";
  private static final String PID = "io.lofn.pid";
  private static final String START = "io.lofn.pid.start";

  private static final List<Path> MACHINE_IDS =
      List.of(Path.of("/etc/machine-id"), Path.of("/var/lib/dbus/machine-id"));

  private static final int MACHINE_LENGTH = 16;

  /** Field 22 of {@code /proc/pid/stat}, counted from the first one after the command's name. */
  private static final int START_FIELD = 19;

  /** What is known of the life of a process. */
  public enum Life {
    ALIVE,
    DEAD,
    /** The machine has booted since. */
    OTHER_BOOT,
    /** It is not visible from this process. */
    UNKNOWN
  }

  public static ProcessIdentity current() {
    long pid = ProcessHandle.current().pid();
    return new ProcessIdentity(
        hostName(),
        machineId(),
        read(Path.of("/proc/sys/kernel/random/boot_id")),
        link(Path.of("/proc/self/ns/pid")),
        pid,
        startOf(pid));
  }

  public static @Nullable ProcessIdentity fromLabels(Map<String, String> labels) {
    try {
      ProcessIdentity owner =
          new ProcessIdentity(
              labels.getOrDefault(HOST, ""),
              labels.getOrDefault(MACHINE, ""),
              labels.getOrDefault(BOOT, ""),
              labels.getOrDefault(NAMESPACE, ""),
              Long.parseLong(labels.getOrDefault(PID, "")),
              labels.getOrDefault(START, ""));
      return owner.start.isEmpty() ? null : owner;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  public Map<String, String> labels() {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put(HOST, host);
    labels.put(MACHINE, machine);
    labels.put(BOOT, boot);
    labels.put(NAMESPACE, namespace);
    labels.put(PID, Long.toString(pid));
    labels.put(START, start);
    return labels;
  }

  /** Returns a directory name for this owner, unique among the owners that share a file system. */
  public String directoryName() {
    return "%d-%s-%s-%s".formatted(pid, start, place(), boot);
  }

  /**
   * Returns what this process can tell of the owner of a directory with this name.
   *
   * @param local whether no other machine can have made the directory; otherwise a directory that
   *     may belong to another machine is unknown
   */
  public Life lifeOfDirectory(String name, boolean local) {
    String[] parts = name.split("-", 4);
    if (parts.length < 4 || !parts[0].matches("\\d{1,18}") || !parts[2].equals(place())) {
      return Life.UNKNOWN;
    }
    Life life =
        life(
            new ProcessIdentity(
                host, machine, parts[3], namespace, Long.parseLong(parts[0]), parts[1]));
    boolean sameMachine = life != Life.OTHER_BOOT && !machine.isEmpty() && !boot.isEmpty();
    return local || sameMachine ? life : Life.UNKNOWN;
  }

  private String place() {
    return Integer.toHexString((host + machine + namespace).hashCode());
  }

  /** Returns what this process can tell of another owner, which may be on another machine. */
  public Life lifeOf(ProcessIdentity other) {
    Life life = life(other);
    return life == Life.OTHER_BOOT && machine.isEmpty() ? Life.UNKNOWN : life;
  }

  private Life life(ProcessIdentity other) {
    if (!host.equals(other.host) || !machine.equals(other.machine)) {
      return Life.UNKNOWN;
    }
    if (!boot.equals(other.boot)) {
      return Life.OTHER_BOOT;
    }
    if (!namespace.equals(other.namespace)) {
      return Life.UNKNOWN;
    }
    return startOf(other.pid).equals(other.start) ? Life.ALIVE : Life.DEAD;
  }

  /** Returns a hash of the machine's id, since the id itself is secret. */
  private static String machineId() {
    return MACHINE_IDS.stream()
        .map(ProcessIdentity::read)
        .filter(id -> !id.isEmpty() && !id.equals("uninitialized"))
        .findFirst()
        .map(id -> Hashing.sha256().hashString("io.lofn " + id, UTF_8).toString())
        .map(hash -> hash.substring(0, MACHINE_LENGTH))
        .orElse("");
  }

  private static String startOf(long pid) {
    String stat = read(Path.of("/proc", Long.toString(pid), "stat"));
    if (!stat.isEmpty()) {
      return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[START_FIELD];
    }
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().startInstant())
        .map(instant -> Long.toString(instant.getEpochSecond()))
        .orElse("");
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return "";
    }
  }

  private static String link(Path file) {
    try {
      return Files.readSymbolicLink(file).toString();
    } catch (IOException | UnsupportedOperationException e) {
      return "";
    }
  }
}
