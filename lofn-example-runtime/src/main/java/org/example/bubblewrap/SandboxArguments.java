package org.example.bubblewrap;

import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The arguments of {@code bwrap} for one spec, before those of the tool. */
final class SandboxArguments {

  /**
   * Variables that would affect {@code bwrap} itself, outside the sandbox. They are set only for
   * the tool, on the command line; all others are passed in the environment, which no other user of
   * the node can see.
   */
  private static final Pattern ACTS_ON_BWRAP = Pattern.compile("(?:LD_|GLIBC_|LC_|LANG).*");

  /** Directories of the root that belong to the sandbox; those of the image are hidden. */
  private static final Set<String> OWN = Set.of("dev", "proc", "sys", "tmp");

  private final Path root;
  private final ContainerSpec spec;
  private final ContainerSettings settings;
  private final List<String> arguments = new ArrayList<>();

  SandboxArguments(Path root, ContainerSpec spec) {
    this.root = root;
    this.spec = spec;
    this.settings = spec.settings();
  }

  List<String> toList() {
    isolate();
    image();
    own();
    mounts();
    add("--remount-ro", "/");
    variables(spec).forEach(this::variable);
    add("--chdir", settings.workingDirectory().orElse("/"), "--");
    arguments.addAll(spec.argv().isEmpty() ? List.of("sh") : spec.argv());
    return arguments;
  }

  /** Returns the variables of the image and of the tool; those of the tool take precedence. */
  static Map<String, String> variables(ContainerSpec spec) {
    Map<String, String> variables =
        new LinkedHashMap<>(Images.config(Path.of(spec.image())).environment());
    variables.putAll(spec.settings().environment());
    return variables;
  }

  static boolean comesWithTheEnvironment(String variable) {
    return !ACTS_ON_BWRAP.matcher(variable).matches();
  }

  private void isolate() {
    add("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try");
    if (settings.network().equals(ContainerSettings.NO_NETWORK)) {
      add("--unshare-net");
    }
    if (!spec.init()) {
      add("--as-pid-1");
    }
    add("--die-with-parent", "--new-session", "--cap-drop", "ALL");
  }

  /**
   * Mounts each entry of the image's root separately: in a root that is one read-only mount, the
   * mount points of the exchange and the volumes could not be created.
   */
  private void image() {
    try (Stream<Path> entries = Files.list(root)) {
      for (Path entry : entries.sorted().toList()) {
        String name = entry.getFileName().toString();
        if (OWN.contains(name)) {
          continue;
        }
        if (Files.isSymbolicLink(entry)) {
          add("--symlink", Files.readSymbolicLink(entry).toString(), "/" + name);
        } else {
          add("--ro-bind", entry.toString(), "/" + name);
        }
      }
    } catch (IOException e) {
      throw new EngineException("Could not read the image " + root, e);
    }
  }

  private void own() {
    // Otherwise a tool as root could change settings of the node's kernel there.
    add("--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys");
    add("--dev", "/dev", "--mqueue", "/dev/mqueue");
    settings.limits().sharedMemory().ifPresent(bytes -> tmpfs("/dev/shm", bytes));
    if (settings.readOnlyRoot()) {
      add("--dir", "/tmp");
    } else {
      add("--perms", "1777", "--tmpfs", "/tmp");
    }
  }

  private void tmpfs(String path, long bytes) {
    add("--perms", "1777", "--size", Long.toString(bytes), "--tmpfs", path);
  }

  /** Adds the mounts, outer ones first, since they would hide the mounts inside them. */
  private void mounts() {
    Map<String, Runnable> byTarget = new TreeMap<>();
    settings.tmpfs().forEach((path, bytes) -> byTarget.put(path, () -> tmpfs(path, bytes)));
    spec.mounts().forEach(mount -> byTarget.put(mount.target(), () -> bind(mount)));
    byTarget.values().forEach(Runnable::run);
  }

  private void bind(Mount mount) {
    add(mount.readOnly() ? "--ro-bind" : "--bind", mount.source().toString(), mount.target());
  }

  private void variable(String name, String value) {
    if (!comesWithTheEnvironment(name)) {
      add("--setenv", name, value);
    }
  }

  private void add(String... more) {
    arguments.addAll(List.of(more));
  }
}
