package io.lofn.runtime.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.LogConfig.LoggingType;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.Ulimit;
import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.api.ResourceLimits;
import io.lofn.spi.ContainerSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/** Translates a {@link ContainerSpec} to the Engine API. Immutable. */
final class ContainerRequest {

  private static final double NANOS_PER_CPU = 1e9;
  private static final long LEAST_NANO_CPUS = 10_000_000;

  private final IntSupplier engineCpus;
  private final BooleanSupplier closesSubmounts;
  private final Optional<String> cgroupParent;

  /** Creates the translation; it calls the engine only where a spec needs that. */
  ContainerRequest(
      IntSupplier engineCpus, BooleanSupplier closesSubmounts, Optional<String> cgroupParent) {
    this.engineCpus = engineCpus;
    this.closesSubmounts = closesSubmounts;
    this.cgroupParent = cgroupParent;
  }

  /** Fills in a request. */
  CreateContainerCmd fill(CreateContainerCmd request, ContainerSpec spec) {
    ContainerSettings settings = spec.settings();
    if (!settings.engineOptions().isEmpty()) {
      throw new EngineException(
          "The runtime 'docker' does not support engine options, but the tool has "
              + settings.engineOptions()
              + ". Set spark.lofn.runtime to 'cli', which passes them to the engine's command"
              + " line");
    }
    command(request, spec);
    request
        .withName(spec.name())
        .withImage(spec.image())
        .withHostConfig(hostConfig(spec))
        .withEnv(pairs(settings.environment()))
        .withLabels(settings.labels())
        .withAttachStdin(spec.stdin())
        .withStdinOpen(spec.stdin())
        .withStdInOnce(spec.stdin())
        .withAttachStdout(true)
        .withAttachStderr(true)
        .withTty(false)
        // A start without a network is much faster this way; /etc/hosts is then empty.
        .withNetworkDisabled(!hasNetwork(settings))
        // Else the engine would send the one of the image.
        .withStopSignal("SIGTERM")
        .withHealthcheck(new HealthCheck().withTest(List.of("NONE")));
    settings.user().ifPresent(request::withUser);
    settings.workingDirectory().ifPresent(request::withWorkingDir);
    settings.platform().ifPresent(request::withPlatform);
    return request;
  }

  /** Sets the command. An explicit entrypoint also disables the default arguments of the image. */
  private static void command(CreateContainerCmd request, ContainerSpec spec) {
    List<String> argv = spec.argv();
    if (argv.isEmpty()) {
      return;
    }
    if (spec.imageEntrypoint()) {
      request.withCmd(argv);
    } else {
      request.withEntrypoint(argv.get(0)).withCmd(argv.subList(1, argv.size()));
    }
  }

  private HostConfig hostConfig(ContainerSpec spec) {
    ContainerSettings settings = spec.settings();
    HostConfig host =
        new HostConfig()
            .withLogConfig(new LogConfig(LoggingType.NONE))
            .withNetworkMode(settings.network())
            .withInit(spec.init())
            .withMounts(mounts(spec.mounts()))
            .withCapDrop(Capability.ALL)
            .withReadonlyRootfs(settings.readOnlyRoot())
            .withUlimits(List.of(new Ulimit("core", 0L, 0L)))
            .withTmpFs(tmpfs(settings.tmpfs()));
    if (!settings.capabilities().isEmpty()) {
      host.withCapAdd(capabilities(settings.capabilities()));
    }
    if (!settings.newPrivileges()) {
      host.withSecurityOpts(List.of("no-new-privileges"));
    }
    limits(host, settings.limits());
    cgroupParent.ifPresent(host::withCgroupParent);
    Devices.give(host, spec.devices());
    return host;
  }

  private void limits(HostConfig host, ResourceLimits limits) {
    limits.pids().ifPresent(host::withPidsLimit);
    limits.cpus().ifPresent(cpus -> host.withNanoCPUs(nanoCpus(cpus)));
    limits.memory().ifPresent(bytes -> host.withMemory(bytes).withMemorySwap(bytes));
    limits.sharedMemory().ifPresent(host::withShmSize);
  }

  /**
   * Limits the value to what engines accept: at most their processors, at least a hundredth of one.
   */
  private long nanoCpus(double cpus) {
    double wanted = Math.min(cpus, engineCpus.getAsInt()) * NANOS_PER_CPU;
    return Math.max(LEAST_NANO_CPUS, Math.round(wanted));
  }

  /** Returns mounts, not binds: for a bind the engine creates a missing source directory. */
  private List<Mount> mounts(List<io.lofn.spi.Mount> mounts) {
    List<Mount> result = new ArrayList<>();
    for (io.lofn.spi.Mount mount : mounts) {
      Mount bind =
          new Mount()
              .withType(MountType.BIND)
              .withSource(mount.source().toString())
              .withTarget(mount.target())
              .withReadOnly(mount.readOnly());
      if (mount.readOnly() && closesSubmounts.getAsBoolean()) {
        bind.withBindOptions(new ClosedBind());
      }
      result.add(bind);
    }
    return result;
  }

  private static Map<String, String> tmpfs(Map<String, Long> sizes) {
    Map<String, String> result = new LinkedHashMap<>();
    // By default docker mounts it noexec, unlike /tmp and other engines.
    sizes.forEach((path, size) -> result.put(path, "exec,nosuid,nodev,mode=1777,size=" + size));
    return result;
  }

  private static Capability[] capabilities(List<String> names) {
    return names.stream().map(ContainerRequest::capability).toArray(Capability[]::new);
  }

  private static Capability capability(String name) {
    try {
      return Capability.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new EngineException("'" + name + "' is not a Linux capability", e);
    }
  }

  private static List<String> pairs(Map<String, String> environment) {
    List<String> result = new ArrayList<>();
    environment.forEach((name, value) -> result.add(name + "=" + value));
    return result;
  }

  private static boolean hasNetwork(ContainerSettings settings) {
    return !settings.network().equals(ContainerSettings.NO_NETWORK);
  }
}
