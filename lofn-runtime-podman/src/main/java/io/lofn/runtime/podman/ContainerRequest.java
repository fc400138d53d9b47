package io.lofn.runtime.podman;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.api.ResourceLimits;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Mount;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/** Translates a {@link ContainerSpec} to podman's SpecGenerator. Immutable. */
final class ContainerRequest {

  private static final long PERIOD = 100_000;
  private static final long LEAST_QUOTA = 1000;
  private static final Set<String> MODES = Set.of("none", "bridge", "host", "slirp4netns", "pasta");

  private final IntSupplier engineCpus;
  private final BooleanSupplier rootless;
  private final Optional<String> init;
  private final Optional<String> cgroupParent;

  /** Creates the translation; it requests the processors only where a spec limits them. */
  ContainerRequest(
      IntSupplier engineCpus,
      BooleanSupplier rootless,
      Optional<String> init,
      Optional<String> cgroupParent) {
    this.engineCpus = engineCpus;
    this.rootless = rootless;
    this.init = init;
    this.cgroupParent = cgroupParent;
  }

  ObjectNode of(ContainerSpec spec) {
    ContainerSettings settings = spec.settings();
    if (!settings.engineOptions().isEmpty()) {
      throw new EngineException(
          "The runtime 'podman' does not support engine options, but the tool has "
              + settings.engineOptions()
              + ". Set spark.lofn.runtime to 'cli', which passes them to the engine's command"
              + " line");
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", spec.name()).put("image", spec.image());
    command(json, spec);
    json.put("stdin", spec.stdin())
        .put("terminal", false)
        .put("init", spec.init())
        .put("remove", false);
    // Otherwise the end of a container syncs the whole disk of podman's storage.
    json.put("volatile", true);
    init.ifPresent(path -> json.put("init_path", path));
    json.put("env_host", false).put("httpproxy", false).put("sdnotifyMode", "ignore");
    putAll(json.putObject("env"), settings.environment());
    putAll(json.putObject("labels"), settings.labels());
    json.putObject("log_configuration").put("driver", "none");
    json.putObject("healthconfig").putArray("Test").add("NONE");
    network(json, settings.network());
    json.putArray("cap_drop").add("all");
    ArrayNode capabilities = json.putArray("cap_add");
    settings.capabilities().forEach(name -> capabilities.add(capability(name)));
    json.put("no_new_privileges", !settings.newPrivileges());
    json.put("read_only_filesystem", settings.readOnlyRoot());
    mounts(json.putArray("mounts"), spec.mounts(), settings.tmpfs());
    Devices.give(json, spec.devices());
    limits(json, settings.limits());
    cgroupParent.ifPresent(path -> json.put("cgroup_parent", path));
    settings.user().ifPresent(user -> json.put("user", user));
    settings.workingDirectory().ifPresent(path -> json.put("work_dir", path));
    if (rootless.getAsBoolean()) {
      json.putObject("userns").put("nsmode", "keep-id");
    }
    return json;
  }

  /** Sets the command. An explicit entrypoint also disables the default arguments of the image. */
  private static void command(ObjectNode json, ContainerSpec spec) {
    List<String> argv = spec.argv();
    if (argv.isEmpty()) {
      return;
    }
    List<String> arguments = argv;
    if (!spec.imageEntrypoint()) {
      json.putArray("entrypoint").add(argv.get(0));
      arguments = argv.subList(1, argv.size());
    }
    arguments.forEach(json.putArray("command")::add);
  }

  private static void putAll(ObjectNode json, Map<String, String> values) {
    values.forEach(json::put);
  }

  private static void network(ObjectNode json, String network) {
    boolean isMode = MODES.contains(network);
    json.putObject("netns").put("nsmode", isMode ? network : "bridge");
    if (!isMode) {
      json.putObject("networks").putObject(network);
    }
  }

  private static String capability(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    return upper.startsWith("CAP_") ? upper : "CAP_" + upper;
  }

  private static void mounts(ArrayNode json, List<Mount> mounts, Map<String, Long> tmpfs) {
    for (Mount mount : mounts) {
      ObjectNode bind = json.addObject();
      bind.put("type", "bind");
      bind.put("source", mount.source().toString()).put("destination", mount.target());
      bind.putArray("options").add(mount.readOnly() ? "ro" : "rw").add("rbind");
    }
    tmpfs.forEach(
        (path, size) -> {
          ObjectNode mount = json.addObject().put("type", "tmpfs").put("destination", path);
          mount.put("source", "tmpfs").putArray("options").add("size=" + size).add("mode=1777");
        });
  }

  private void limits(ObjectNode json, ResourceLimits limits) {
    ObjectNode resources = json.putObject("resource_limits");
    limits
        .cpus()
        .ifPresent(
            cpus -> resources.putObject("cpu").put("quota", quota(cpus)).put("period", PERIOD));
    limits
        .memory()
        .ifPresent(bytes -> resources.putObject("memory").put("limit", bytes).put("swap", bytes));
    limits.pids().ifPresent(count -> resources.putObject("pids").put("limit", count));
    limits.sharedMemory().ifPresent(bytes -> json.put("shm_size", bytes));
  }

  /**
   * Returns the CPU quota, at most all processors; the kernel requires at least a hundredth of one.
   */
  private long quota(double cpus) {
    return Math.max(LEAST_QUOTA, Math.round(Math.min(cpus, engineCpus.getAsInt()) * PERIOD));
  }
}
