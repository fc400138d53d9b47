package io.lofn.core.policy;

import static java.util.stream.Collectors.joining;

import io.lofn.api.ContainerSettings;
import io.lofn.api.Lacking;
import io.lofn.api.LofnException;
import io.lofn.api.ResourceLimits;
import io.lofn.api.Tool;
import io.lofn.api.Volume;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.plan.Submounts;
import io.lofn.core.probe.StartProbe;
import io.lofn.core.runtime.SelectedRuntime;
import io.lofn.core.text.Abbreviated;
import io.lofn.spi.Ability;
import io.lofn.spi.ContainerSpec;
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
 * Decides what a runtime's lack of an ability means: what a tool or the session asks for is refused
 * unless {@link Lacking#WARN} says otherwise; what is only a default of lofn is warned of. Each
 * warning comes once for each runtime.
 */
public final class FeatureCheck {

  private static final Logger LOG = LoggerFactory.getLogger(FeatureCheck.class);

  /** What a tool or a session may ask for by name. */
  private static final List<Wish> ASKED =
      List.of(
          new Wish(
              Ability.CPUS,
              (tool, conf) -> limits(tool).cpus().isPresent() || conf.isSet(LofnConfig.CPUS),
              "a limit on processors"),
          new Wish(
              Ability.MEMORY,
              (tool, conf) -> limits(tool).memory().isPresent() || conf.isSet(LofnConfig.MEMORY),
              "a limit on memory"),
          new Wish(
              Ability.PIDS,
              (tool, conf) -> limits(tool).pids().isPresent() || conf.isSet(LofnConfig.PIDS),
              "a limit on processes"),
          new Wish(
              Ability.SHARED_MEMORY,
              tool -> limits(tool).sharedMemory().isPresent(),
              "a size of /dev/shm"),
          new Wish(
              Ability.TMPFS_SIZE, tool -> !tool.settings().tmpfs().isEmpty(), "a size of a tmpfs"),
          new Wish(Ability.USERS, tool -> tool.settings().user().isPresent(), "another user"),
          new Wish(
              Ability.READ_ONLY_ROOT, tool -> tool.settings().readOnlyRoot(), "a read-only root"),
          new Wish(
              Ability.PRIVILEGES,
              tool -> !tool.settings().capabilities().isEmpty(),
              "a single capability"),
          new Wish(Ability.PLATFORMS, tool -> tool.settings().platform().isPresent(), "a platform"),
          new Wish(
              Ability.ENGINE_OPTIONS,
              tool -> !tool.settings().engineOptions().isEmpty(),
              "engine options"),
          new Wish(
              Ability.IMAGE_COMMAND,
              tool -> tool.usesImageEntrypoint() || tool.argv().isEmpty(),
              "the image's own command"));

  /** What lofn adds by itself. */
  private static final List<Wish> DEFAULTS =
      List.of(
          new Wish(Ability.CPUS, tool -> true, "a limit on processors"),
          new Wish(Ability.PIDS, tool -> true, "a limit on processes"),
          new Wish(
              Ability.PROCESS_ISOLATION,
              tool -> true,
              "ending all processes of a tool, and keeping it from others"),
          new Wish(Ability.FILE_ISOLATION, tool -> true, "hiding the node's files"),
          new Wish(
              Ability.NETWORK_ISOLATION,
              tool -> tool.settings().network().equals(ContainerSettings.NO_NETWORK),
              "keeping tools off the network"),
          new Wish(
              Ability.PRIVILEGES,
              tool -> !tool.settings().newPrivileges(),
              "dropping capabilities and the way to gain privileges"),
          new Wish(Ability.READ_ONLY_MOUNTS, FeatureCheck::hasReadOnlyVolumes, "read-only volumes"),
          new Wish(
              Ability.READ_ONLY_SUBMOUNTS,
              (tool, conf) -> hasReadOnlyVolumes(tool) && !seesTheNodesMounts(conf),
              "closing what is mounted below read-only volumes, which this executor does not see"));

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
   * Checks whether a runtime can do what a tool asks for.
   *
   * @throws LofnException if it lacks that, and the tool does not put up with it
   */
  public void check(Tool<?, ?> tool, SelectedRuntime selected) {
    Set<Ability> lacks = selected.runtime().lacks();
    Map<Ability, String> asked = missed(ASKED, lacks, tool);
    refuse(tool, selected, asked);
    Map<Ability, String> missed = missed(DEFAULTS, lacks, tool);
    missed.putAll(asked);
    warnOnce(selected, missed);
  }

  private void refuse(Tool<?, ?> tool, SelectedRuntime selected, Map<Ability, String> asked) {
    if (!asked.isEmpty() && lacking(tool) == Lacking.REFUSE) {
      throw new LofnException(
          "%s asks for what the runtime %s cannot do on this node: %s. Take it away, choose another runtime by %s, or go on without it by Tool.lacking(WARN) or %s=warn"
              .formatted(
                  tool.image(),
                  selected,
                  String.join(", ", asked.values()),
                  LofnConfig.RUNTIME.name(),
                  LofnConfig.LACKING.name()));
    }
  }

  /**
   * Checks whether a runtime can give what is to be started its devices.
   *
   * @throws LofnException if it cannot, and the tool does not put up with it
   */
  public void checkDevices(Tool<?, ?> tool, SelectedRuntime selected, ContainerSpec spec) {
    if (!spec.devices().isEmpty() && selected.runtime().lacks().contains(Ability.DEVICES)) {
      Map<Ability, String> asked = Map.of(Ability.DEVICES, "devices of the node");
      refuse(tool, selected, asked);
      warnOnce(selected, asked);
    }
  }

  /**
   * Checks whether a tool could write below a volume that it is to read only.
   *
   * @param volume the volume
   * @param source where its data is on this node
   * @throws LofnException if it could, and does not put up with it
   */
  public void checkSubmounts(
      Tool<?, ?> tool, SelectedRuntime selected, Volume volume, Path source) {
    Set<Ability> lacks = selected.runtime().lacks();
    boolean open =
        lacks.contains(Ability.READ_ONLY_SUBMOUNTS) && !lacks.contains(Ability.READ_ONLY_MOUNTS);
    if (!open || !volume.isReadOnly() || !submounts.areKnown()) {
      return;
    }
    List<String> writable = submounts.writableBelow(source);
    if (writable.isEmpty()) {
      return;
    }
    if (lacking(tool) == Lacking.REFUSE) {
      throw new LofnException(
          "%s: %s makes the volume %s read-only, but not what this node has mounted below it: %s. Mount that read-only on the node (mount -o remount,bind,ro DIRECTORY), name directories without it, use docker 25 or newer on Linux 5.12 or newer, or let the tool write it by Tool.lacking(WARN) or %s=warn"
              .formatted(
                  tool.image(),
                  selected,
                  volume,
                  Abbreviated.of(String.join(", ", writable)),
                  LofnConfig.LACKING.name()));
    }
    if (warnings.add(selected.name() + " " + source)) {
      LOG.warn(
          "Tools on this node may write what is mounted below the read-only volume {}: {}",
          volume,
          Abbreviated.of(String.join(", ", writable)));
    }
  }

  private Map<Ability, String> missed(List<Wish> wishes, Set<Ability> lacks, Tool<?, ?> tool) {
    Map<Ability, String> missed = new EnumMap<>(Ability.class);
    for (Wish wish : wishes) {
      if (lacks.contains(wish.ability()) && wish.made().test(tool, conf)) {
        missed.put(wish.ability(), wish.what());
      }
    }
    return missed;
  }

  private Lacking lacking(Tool<?, ?> tool) {
    return tool.lacking().orElseGet(() -> conf.get(LofnConfig.LACKING));
  }

  private void warnOnce(SelectedRuntime selected, Map<Ability, String> missed) {
    String news =
        missed.entrySet().stream()
            .filter(entry -> warnings.add(selected.name() + " " + entry.getKey()))
            .map(Map.Entry::getValue)
            .collect(joining(", "));
    if (!news.isEmpty()) {
      LOG.warn("Tools on this node run without what {} cannot do: {}", selected, news);
    }
  }

  private static boolean hasReadOnlyVolumes(Tool<?, ?> tool) {
    return tool.volumes().stream().anyMatch(Volume::isReadOnly);
  }

  /** In a container an executor sees its own mounts, and elsewhere than in Linux none. */
  private static boolean seesTheNodesMounts(LofnConfig conf) {
    return new Submounts(Submounts.OF_THIS_PROCESS).areKnown()
        && !StartProbe.seemsToBeInContainer()
        && !conf.isSet(LofnConfig.HOST_PATH_MAP);
  }

  private static ResourceLimits limits(Tool<?, ?> tool) {
    return tool.settings().limits();
  }

  /** What a tool may want of its runtime, when it does, and how a user would call it. */
  private record Wish(Ability ability, BiPredicate<Tool<?, ?>, LofnConfig> made, String what) {

    Wish(Ability ability, Predicate<Tool<?, ?>> made, String what) {
      this(ability, (tool, conf) -> made.test(tool), what);
    }
  }
}
