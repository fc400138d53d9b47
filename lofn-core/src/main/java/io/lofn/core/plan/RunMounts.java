package io.lofn.core.plan;

import io.lofn.api.ContainerSettings;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.streams.NamedPipes;
import io.lofn.spi.Mount;
import io.lofn.spi.RuntimeFeature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The mounts of one run's container: the exchange first, then the run's {@code /tmp}, and the
 * tool's volumes. Makes the directories that they require.
 */
public final class RunMounts {

  /** The file in which programs look up host names. */
  public static final String HOSTS = "/etc/hosts";

  private final RunPlan plan;
  private final Exchange exchange;
  private final List<Mount> mounts = new ArrayList<>();

  /**
   * @param volumes the mounts of the tool's volumes
   */
  public RunMounts(RunPlan plan, Exchange exchange, List<Mount> volumes) {
    this.plan = plan;
    this.exchange = exchange;
    mounts.add(new Mount(exchange.directory(), plan.exchangePath(), false));
    if (plan.ownTmp()) {
      mounts.add(new Mount(exchange.temporary(), Exchange.TMP, false));
    }
    mounts.addAll(volumes);
  }

  /**
   * Returns the paths at which a run of this plan has mounts.
   *
   * @param volumes the mounts of the tool's volumes
   */
  public static Set<String> targets(RunPlan plan, List<Mount> volumes) {
    Set<String> targets = new TreeSet<>(plan.settings().tmpfs().keySet());
    targets.add(plan.exchangePath());
    targets.add(NamedPipes.CONTROL);
    if (plan.ownTmp()) {
      targets.add(Exchange.TMP);
    }
    volumes.forEach(volume -> targets.add(volume.target()));
    return targets;
  }

  /**
   * Makes the files and directories that the mounts require.
   *
   * @param declared the image's volumes
   * @param unsupported what the runtime does not support
   * @return all mounts
   */
  public List<Mount> make(ImageVolumes declared, Set<RuntimeFeature> unsupported) {
    Set<Path> own = Set.of(exchange.directory(), exchange.temporary());
    Set<String> memory = plan.settings().tmpfs().keySet();
    List<Mount> all = new ArrayList<>(mounts);
    for (Mount again : declared.again(mounts, own, memory)) {
      if (isOwn(again.source())) {
        exchange.makeDirectory(again.source());
      }
      all.add(again);
    }
    all.forEach(this::makeMountPoint);
    memory.forEach(this::makeDirectory);
    plan.settings().workingDirectory().ifPresent(this::makeDirectory);
    if (unsupported.contains(RuntimeFeature.LOCALHOST) && wantsHosts()) {
      all.add(new Mount(exchange.hosts(), HOSTS, true));
    }
    return all;
  }

  private static boolean isAt(Mount mount, Path directory) {
    return directory.equals(Path.of(mount.target()));
  }

  private boolean isOwn(Path source) {
    return source.startsWith(exchange.directory()) || source.startsWith(exchange.temporary());
  }

  /**
   * Makes the mount point of a mount. For a file, the engine makes the file itself, in a directory
   * that belongs to the executor then.
   */
  private void makeMountPoint(Mount mount) {
    Path target = Path.of(mount.target());
    Path directory = Files.isDirectory(mount.source()) ? target : target.getParent();
    if (directory != null) {
      makeDirectory(directory.toString());
    }
  }

  /**
   * Makes a directory in the exchange, or in the run's {@code /tmp}. An engine would make a missing
   * one as root, which an executor that is not root could not delete, or would refuse it.
   */
  private void makeDirectory(String path) {
    Path directory = Path.of(path);
    boolean inMemory =
        plan.settings().tmpfs().keySet().stream()
            .anyMatch(tmpfs -> !directory.equals(Path.of(tmpfs)) && directory.startsWith(tmpfs));
    mounts.stream()
        .filter(mount -> directory.startsWith(mount.target()) && !isAt(mount, directory))
        .max(Comparator.comparing(mount -> Path.of(mount.target()).getNameCount()))
        .map(mount -> mount.source().resolve(Path.of(mount.target()).relativize(directory)))
        .filter(source -> isOwn(source) && !inMemory)
        .ifPresent(exchange::makeDirectory);
  }

  /** Returns whether to mount lofn's hosts file: a network has its own, and so may a tool. */
  private boolean wantsHosts() {
    Path hosts = Path.of(HOSTS);
    return plan.settings().network().equals(ContainerSettings.NO_NETWORK)
        && mounts.stream().noneMatch(mount -> hosts.startsWith(mount.target()))
        && plan.settings().tmpfs().keySet().stream().noneMatch(hosts::startsWith);
  }
}
