package io.lofn.spark;

import static java.util.stream.Collectors.joining;

import io.lofn.api.ContainerSettings;
import io.lofn.api.Lacking;
import io.lofn.api.LofnException;
import io.lofn.api.ResourceLimits;
import io.lofn.api.Tool;
import io.lofn.api.Volume;
import io.lofn.spi.Ability;
import jakarta.inject.Inject;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what a runtime's lack of an ability means: what a tool or the session asks for is refused
 * unless {@link Lacking#WARN} says otherwise; what is only a default of lofn is warned of. Each
 * warning comes once for each runtime.
 */
final class LackGate {

  private static final Logger LOG = LoggerFactory.getLogger(LackGate.class);

  private final LofnConf conf;
  private final Set<String> warnings = ConcurrentHashMap.newKeySet();

  @Inject
  LackGate(LofnConf conf) {
    this.conf = conf;
  }

  /**
   * Checks whether a runtime can do what a tool asks for.
   *
   * @throws LofnException if it lacks that, and the tool does not put up with it
   */
  void check(Tool<?, ?> tool, SelectedRuntime selected) {
    Set<Ability> lacks = selected.runtime().lacks();
    if (lacks.isEmpty()) {
      return;
    }
    Map<Ability, String> asked = asked(tool);
    asked.keySet().retainAll(lacks);
    if (!asked.isEmpty() && lacking(tool) == Lacking.REFUSE) {
      throw new LofnException(
          "%s asks for what the runtime %s cannot do on this node: %s. Take it away, choose another runtime by %s, or go on without it by Tool.lacking(WARN) or %s=warn"
              .formatted(
                  tool.image(),
                  selected,
                  String.join(", ", asked.values()),
                  LofnConf.RUNTIME.name(),
                  LofnConf.LACKING.name()));
    }
    Map<Ability, String> missed = defaults(tool);
    missed.keySet().retainAll(lacks);
    missed.putAll(asked);
    warnOnce(selected, missed);
  }

  private Lacking lacking(Tool<?, ?> tool) {
    return tool.lacking().orElseGet(() -> conf.get(LofnConf.LACKING));
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

  /** What the tool or the session has asked for by name. */
  private Map<Ability, String> asked(Tool<?, ?> tool) {
    Map<Ability, String> asked = new EnumMap<>(Ability.class);
    ContainerSettings settings = tool.settings();
    ResourceLimits limits = settings.limits();
    put(
        asked,
        Ability.CPUS,
        limits.cpus().isPresent() || conf.isSet(LofnConf.CPUS),
        "a limit on processors");
    put(
        asked,
        Ability.MEMORY,
        limits.memory().isPresent() || conf.isSet(LofnConf.MEMORY),
        "a limit on memory");
    put(
        asked,
        Ability.PIDS,
        limits.pids().isPresent() || conf.isSet(LofnConf.PIDS),
        "a limit on processes");
    put(asked, Ability.SHARED_MEMORY, limits.sharedMemory().isPresent(), "a size of /dev/shm");
    put(asked, Ability.TMPFS_SIZE, !settings.tmpfs().isEmpty(), "a size of a tmpfs");
    put(asked, Ability.USERS, settings.user().isPresent(), "another user");
    put(asked, Ability.READ_ONLY_ROOT, settings.readOnlyRoot(), "a read-only root");
    put(asked, Ability.PRIVILEGES, !settings.capabilities().isEmpty(), "a single capability");
    put(asked, Ability.PLATFORMS, settings.platform().isPresent(), "a platform");
    put(asked, Ability.ENGINE_OPTIONS, !settings.engineOptions().isEmpty(), "engine options");
    put(
        asked,
        Ability.IMAGE_COMMAND,
        tool.usesImageEntrypoint() || tool.argv().isEmpty(),
        "the image's own command");
    return asked;
  }

  /** What lofn adds by itself. */
  private static Map<Ability, String> defaults(Tool<?, ?> tool) {
    Map<Ability, String> defaults = new EnumMap<>(Ability.class);
    ContainerSettings settings = tool.settings();
    defaults.put(Ability.CPUS, "a limit on processors");
    defaults.put(Ability.PIDS, "a limit on processes");
    defaults.put(Ability.FILE_ISOLATION, "hiding the node's files");
    put(
        defaults,
        Ability.NETWORK_ISOLATION,
        settings.network().equals(ContainerSettings.NO_NETWORK),
        "keeping tools off the network");
    put(
        defaults,
        Ability.PRIVILEGES,
        !settings.newPrivileges(),
        "dropping capabilities and the way to gain privileges");
    put(
        defaults,
        Ability.READ_ONLY_MOUNTS,
        tool.volumes().stream().anyMatch(Volume::isReadOnly),
        "read-only volumes");
    return defaults;
  }

  private static void put(
      Map<Ability, String> abilities, Ability ability, boolean wanted, String what) {
    if (wanted) {
      abilities.put(ability, what);
    }
  }
}
