package io.lofn.core.policy;

import static java.util.stream.Collectors.joining;

import io.lofn.api.ContainerSettings;
import io.lofn.api.LofnException;
import io.lofn.api.ResourceLimits;
import io.lofn.api.Tool;
import io.lofn.api.UnsupportedFeaturePolicy;
import io.lofn.api.Volume;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.plan.Submounts;
import io.lofn.core.probe.StartProbe;
import io.lofn.core.runtime.SelectedRuntime;
import io.lofn.core.text.Abbreviated;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.RuntimeFeature;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what happens if a runtime does not support a feature. Refuses a tool if the tool or the
 * session asks for the feature, unless {@link UnsupportedFeaturePolicy#WARN} allows it. Logs a
 * warning if only a default of lofn needs it. Logs each warning once for each runtime.
 */
public final class FeatureCheck {

  private static final Logger LOG = LoggerFactory.getLogger(FeatureCheck.class);

  /** Features that a tool or a session asks for by name. */
  private static final List<Wish> ASKED =
      List.of(
          new Wish(
              RuntimeFeature.CPUS,
              (tool, conf) -> limits(tool).cpus().isPresent() || conf.isSet(LofnConfig.CPUS),
              "a limit on processors"),
          new Wish(
              RuntimeFeature.MEMORY,
              (tool, conf) -> limits(tool).memory().isPresent() || conf.isSet(LofnConfig.MEMORY),
              "a limit on memory"),
          new Wish(
              RuntimeFeature.PIDS,
              (tool, conf) -> limits(tool).pids().isPresent() || conf.isSet(LofnConfig.PIDS),
              "a limit on processes"),
          new Wish(
              RuntimeFeature.SHARED_MEMORY,
              tool -> limits(tool).sharedMemory().isPresent(),
              "a size of /dev/shm"),
          new Wish(
              RuntimeFeature.TMPFS_SIZE,
              tool -> !tool.settings().tmpfs().isEmpty(),
              "a size of a tmpfs"),
          new Wish(
              RuntimeFeature.USERS, tool -> tool.settings().user().isPresent(), "another user"),
          new Wish(
              RuntimeFeature.READ_ONLY_ROOT,
              tool -> tool.settings().readOnlyRoot(),
              "a read-only root"),
          new Wish(
              RuntimeFeature.PRIVILEGES,
              tool -> !tool.settings().capabilities().isEmpty(),
              "a single capability"),
          new Wish(
              RuntimeFeature.PLATFORMS,
              tool -> tool.settings().platform().isPresent(),
              "a platform"),
          new Wish(
              RuntimeFeature.ENGINE_OPTIONS,
              tool -> !tool.settings().engineOptions().isEmpty(),
              "engine options"),
          new Wish(
              RuntimeFeature.IMAGE_COMMAND,
              tool -> tool.usesImageEntrypoint() || tool.argv().isEmpty(),
              "the image's own command"));

  /** Features that lofn uses by default. */
  private static final List<Wish> DEFAULTS =
      List.of(
          new Wish(RuntimeFeature.CPUS, tool -> true, "a limit on processors"),
          new Wish(RuntimeFeature.PIDS, tool -> true, "a limit on processes"),
          new Wish(
              RuntimeFeature.PROCESS_ISOLATION,
              tool -> true,
              "ending all processes of a tool, and isolating it from others"),
          new Wish(RuntimeFeature.FILE_ISOLATION, tool -> true, "isolation of the node's files"),
          new Wish(
              RuntimeFeature.NETWORK_ISOLATION,
              tool -> tool.settings().network().equals(ContainerSettings.NO_NETWORK),
              "network isolation"),
          new Wish(
              RuntimeFeature.PRIVILEGES,
              tool -> !tool.settings().newPrivileges(),
              "dropping capabilities and preventing new privileges"),
          new Wish(
              RuntimeFeature.READ_ONLY_MOUNTS,
              FeatureCheck::hasReadOnlyVolumes,
              "read-only volumes"),
          new Wish(
              RuntimeFeature.READ_ONLY_SUBMOUNTS,
              (tool, conf) -> hasReadOnlyVolumes(tool) && !seesTheNodesMounts(conf),
              "read-only mounts below read-only volumes, which this executor cannot check"));

  private final LofnConfig conf;
  private final Submounts submounts;
  private final Set<String> warnings = ConcurrentHashMap.newKeySet();

  @Inject
  FeatureCheck(LofnConfig conf) {
    this(conf, new Submounts(Submounts.OF_THIS_PROCESS));
  }

  FeatureCheck(LofnConfig conf, Submounts submounts) {
    this.conf = conf;
    this.submounts = submounts;
  }

  /**
   * Checks whether a runtime supports what a tool asks for.
   *
   * @throws LofnException if it does not, and the tool requires it
   */
  public void check(Tool<?, ?> tool, SelectedRuntime selected) {
    Set<RuntimeFeature> unsupported = selected.runtime().unsupportedFeatures();
    Map<RuntimeFeature, String> asked = missed(ASKED, unsupported, tool);
    refuse(tool, selected, asked);
    Map<RuntimeFeature, String> missed = missed(DEFAULTS, unsupported, tool);
    missed.putAll(asked);
    warnOnce(selected, missed);
  }

  private void refuse(
      Tool<?, ?> tool, SelectedRuntime selected, Map<RuntimeFeature, String> asked) {
    if (!asked.isEmpty() && policy(tool) == UnsupportedFeaturePolicy.REFUSE) {
      throw new LofnException(
          "%s asks for what the runtime %s does not support on this node: %s. Remove the setting, choose another runtime with %s, or run without it: Tool.unsupportedFeatures(WARN) or %s=warn"
              .formatted(
                  tool.image(),
                  selected,
                  String.join(", ", asked.values()),
                  LofnConfig.RUNTIME.name(),
                  LofnConfig.UNSUPPORTED_FEATURES.name()));
    }
  }

  /**
   * Checks whether a runtime supports the devices of a container.
   *
   * @throws LofnException if it does not, and the tool requires them
   */
  public void checkDevices(Tool<?, ?> tool, SelectedRuntime selected, ContainerSpec spec) {
    if (!spec.devices().isEmpty()
        && selected.runtime().unsupportedFeatures().contains(RuntimeFeature.DEVICES)) {
      Map<RuntimeFeature, String> asked = Map.of(RuntimeFeature.DEVICES, "devices of the node");
      refuse(tool, selected, asked);
      warnOnce(selected, asked);
    }
  }

  /**
   * Checks whether a tool could write below a read-only volume.
   *
   * @param volume the volume
   * @param source the path of its data on this node
   * @throws LofnException if it could, and does not allow that
   */
  public void checkSubmounts(
      Tool<?, ?> tool, SelectedRuntime selected, Volume volume, Path source) {
    Set<RuntimeFeature> unsupported = selected.runtime().unsupportedFeatures();
    boolean open =
        unsupported.contains(RuntimeFeature.READ_ONLY_SUBMOUNTS)
            && !unsupported.contains(RuntimeFeature.READ_ONLY_MOUNTS);
    if (!open || !volume.isReadOnly() || !submounts.areKnown()) {
      return;
    }
    List<String> writable = submounts.writableBelow(source);
    if (writable.isEmpty()) {
      return;
    }
    if (policy(tool) == UnsupportedFeaturePolicy.REFUSE) {
      throw new LofnException(
          "%s: %s makes the volume %s read-only, but not the mounts below it on this node: %s. Mount them read-only on the node (mount -o remount,bind,ro DIRECTORY), name directories without them, use docker 25 or newer on Linux 5.12 or newer, or let the tool write there: Tool.unsupportedFeatures(WARN) or %s=warn"
              .formatted(
                  tool.image(),
                  selected,
                  volume,
                  Abbreviated.of(String.join(", ", writable)),
                  LofnConfig.UNSUPPORTED_FEATURES.name()));
    }
    if (warnings.add(selected.name() + " " + source)) {
      LOG.warn(
          "Tools on this node can write to mounts below the read-only volume {}: {}",
          volume,
          Abbreviated.of(String.join(", ", writable)));
    }
  }

  private Map<RuntimeFeature, String> missed(
      List<Wish> wishes, Set<RuntimeFeature> unsupported, Tool<?, ?> tool) {
    Map<RuntimeFeature, String> missed = new EnumMap<>(RuntimeFeature.class);
    for (Wish wish : wishes) {
      if (unsupported.contains(wish.feature()) && wish.made().test(tool, conf)) {
        missed.put(wish.feature(), wish.what());
      }
    }
    return missed;
  }

  private UnsupportedFeaturePolicy policy(Tool<?, ?> tool) {
    return tool.unsupportedFeatures().orElseGet(() -> conf.get(LofnConfig.UNSUPPORTED_FEATURES));
  }

  private void warnOnce(SelectedRuntime selected, Map<RuntimeFeature, String> missed) {
    String news =
        missed.entrySet().stream()
            .filter(entry -> warnings.add(selected.name() + " " + entry.getKey()))
            .map(Map.Entry::getValue)
            .collect(joining(", "));
    if (!news.isEmpty()) {
      LOG.warn(
          "Tools on this node run without what the runtime {} does not support: {}",
          selected,
          news);
    }
  }

  private static boolean hasReadOnlyVolumes(Tool<?, ?> tool) {
    return tool.volumes().stream().anyMatch(Volume::isReadOnly);
  }

  /**
   * Returns whether this executor sees the node's mounts. In a container it sees its own, and on
   * systems other than Linux none.
   */
  private static boolean seesTheNodesMounts(LofnConfig conf) {
    return new Submounts(Submounts.OF_THIS_PROCESS).areKnown()
        && !StartProbe.seemsToBeInContainer()
        && !conf.isSet(LofnConfig.HOST_PATH_MAP);
  }

  private static ResourceLimits limits(Tool<?, ?> tool) {
    return tool.settings().limits();
  }

  /** A feature, when a tool or a session asks for it, and its name for a user. */
  private record Wish(
      RuntimeFeature feature, BiPredicate<Tool<?, ?>, LofnConfig> made, String what) {

    Wish(RuntimeFeature feature, Predicate<Tool<?, ?>> made, String what) {
      this(feature, (tool, conf) -> made.test(tool), what);
    }
  }
}
