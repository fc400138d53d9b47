package io.lofn.runtime.embedded.sandbox;

import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.runtime.embedded.helper.RunDocument;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Device;
import io.lofn.spi.ImageConfig;
import io.lofn.spi.Mount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** The document of one container. Not thread-safe. */
final class SandboxDocument {

  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  private static final String HOST_NETWORK = "host";
  private static final int ID_LENGTH = 12;

  /** {@code RLIMIT_NPROC}, the same on all architectures that lofn-run is built for. */
  private static final int PROCESSES = 6;

  private final NodeSetup node;
  private final ContainerSpec spec;
  private final ContainerSettings settings;
  private final ImageConfig image;
  private final Path root;
  private final ImageUsers.Ids user;
  private final RunDocument document = new RunDocument();

  SandboxDocument(NodeSetup node, ContainerSpec spec, ImageConfig image, Path root) {
    this.node = node;
    this.spec = spec;
    this.settings = spec.settings();
    this.image = image;
    this.root = root;
    user = new ImageUsers(root).find(settings.user().or(image::user).orElse("0:0"));
  }

  /**
   * Returns what the container's sandbox has to be.
   *
   * @throws EngineException if something cannot be as it is asked for
   */
  Sandbox.Kind kind() {
    return new Sandbox.Kind(user.uid(), user.gid(), network(), settings.limits());
  }

  /**
   * Returns what follows {@link Sandbox.Kind#firstPart}: the document of a container of this
   * process, with which the container ends.
   *
   * @param limitsProcesses whether a control group limits the number of processes
   * @throws EngineException if something cannot be as it is asked for
   */
  byte[] rest(boolean limitsProcesses) {
    requireSources();
    if (!limitsProcesses && node.canLimitProcessesByUser()) {
      settings.limits().pids().ifPresent(this::limitProcesses);
    }
    return encoded();
  }

  /** Returns the document of a container that belongs to no process and to no control group. */
  byte[] whole() {
    kind().addTo(document);
    return encoded();
  }

  private byte[] encoded() {
    List<String> argv = argv();
    String hostname = hostname();
    document.add("root", root).add("scratch", node.scratch());
    if (!settings.readOnlyRoot() && node.hasOverlay()) {
      document.add("upper", node.upperSize());
    }
    document.add("hostname", hostname);
    document.add("cwd", settings.workingDirectory().or(image::workingDirectory).orElse("/"));
    document.add("stdin", spec.stdin() ? "yes" : "no");
    environment(hostname).forEach((name, value) -> document.add("env", name + "=" + value));
    argv.forEach(word -> document.add("arg", word));
    settings.limits().sharedMemory().ifPresent(bytes -> document.add("shm", bytes));
    files(hostname);
    spec.devices().forEach(this::device);
    privileges();
    return document.encoded();
  }

  private List<String> argv() {
    List<String> argv = new ArrayList<>();
    if (spec.imageEntrypoint() || spec.argv().isEmpty()) {
      argv.addAll(image.entrypoint());
      argv.addAll(spec.argv().isEmpty() ? image.command() : spec.argv());
    } else {
      argv.addAll(spec.argv());
    }
    if (argv.isEmpty()) {
      throw new EngineException(
          "Image %s has no command; give the tool a command".formatted(spec.image()));
    }
    if (argv.get(0).isEmpty()) {
      throw new EngineException(
          "The first word of the command is empty; it must name a program of the image");
    }
    return argv;
  }

  private String network() {
    String network = settings.network();
    if (!network.equals(ContainerSettings.NO_NETWORK) && !network.equals(HOST_NETWORK)) {
      throw new EngineException(
          "The runtime embedded has no network '%s' (Tool.network); it has 'none' and 'host'"
              .formatted(network));
    }
    return network;
  }

  /** A name as engines give it: made from the container's own. */
  private String hostname() {
    byte[] name = spec.name().getBytes(StandardCharsets.UTF_8);
    return UUID.nameUUIDFromBytes(name).toString().replace("-", "").substring(0, ID_LENGTH);
  }

  private Map<String, String> environment(String hostname) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("PATH", PATH);
    variables.put("HOSTNAME", hostname);
    variables.put("HOME", user.home());
    variables.putAll(image.environment());
    variables.putAll(settings.environment());
    return variables;
  }

  /** Adds what is mounted, outer ones first: they would hide the mounts inside them. */
  private void files(String hostname) {
    Map<String, Runnable> byTarget = new TreeMap<>();
    if (!node.hasOverlay() && !settings.readOnlyRoot()) {
      // The image cannot be written; these must be.
      for (String path : List.of("/run", "/tmp", "/var/tmp")) {
        byTarget.put(path, () -> tmpfs(path, node.upperSize()));
      }
    }
    boolean ofNode = settings.network().equals(HOST_NETWORK);
    text(byTarget, "/etc/hosts", ofNode ? ofNode("/etc/hosts") : hosts(hostname));
    text(byTarget, "/etc/resolv.conf", ofNode ? ofNode("/etc/resolv.conf") : "");
    settings.tmpfs().forEach((path, bytes) -> byTarget.put(path, () -> tmpfs(path, bytes)));
    spec.mounts().forEach(mount -> byTarget.put(mount.target(), () -> bind(mount)));
    byTarget.values().forEach(Runnable::run);
  }

  private static String hosts(String hostname) {
    return "127.0.0.1\tlocalhost %s\n::1\tlocalhost ip6-localhost ip6-loopback\n"
        .formatted(hostname);
  }

  private static String ofNode(String file) {
    try {
      String text = new String(Files.readAllBytes(Path.of(file)), StandardCharsets.UTF_8);
      return text.replace("\0", "");
    } catch (IOException e) {
      return "";
    }
  }

  /** Not where the tool has something of its own, or the file would be made in that. */
  private void text(Map<String, Runnable> byTarget, String target, String content) {
    boolean hidden =
        spec.mounts().stream().anyMatch(mount -> Path.of(target).startsWith(mount.target()))
            || settings.tmpfs().keySet().stream()
                .anyMatch(path -> Path.of(target).startsWith(path));
    if (!hidden) {
      byTarget.put(target, () -> document.add("text", target, content));
    }
  }

  private void tmpfs(String path, long bytes) {
    document.add("tmpfs", bytes, "1777", path);
  }

  /** The kernel would say so too, but not of which mount or device. */
  private void requireSources() {
    for (Mount mount : spec.mounts()) {
      if (!Files.exists(mount.source())) {
        throw new EngineException(
            "The source of a mount at %s does not exist: %s"
                .formatted(mount.target(), mount.source()));
      }
    }
    for (Device device : spec.devices()) {
      if (!Files.exists(device.source())) {
        throw new EngineException(
            "The device %s does not exist on this node".formatted(device.source()));
      }
    }
  }

  private void bind(Mount mount) {
    document.add("bind", mount.readOnly() ? "ro" : "rw", mount.source(), mount.target());
  }

  private void device(Device device) {
    if (!device.permissions().startsWith("rw")) {
      throw new EngineException(
          "The runtime embedded cannot restrict the device %s to '%s'; write 'rw', or use another runtime"
              .formatted(device.source(), device.permissions()));
    }
    document.add("device", device.source(), device.target());
  }

  private void privileges() {
    settings.capabilities().stream()
        .map(Capabilities::number)
        .distinct()
        .forEach(number -> document.add("cap", number));
    if (settings.newPrivileges()) {
      document.add("privileges", "new");
    }
    if (!spec.init()) {
      document.add("init", "no");
    }
  }

  private void limitProcesses(long count) {
    long most = Math.min(count, node.mostProcesses());
    document.add("rlimit", PROCESSES, most, most);
  }
}
