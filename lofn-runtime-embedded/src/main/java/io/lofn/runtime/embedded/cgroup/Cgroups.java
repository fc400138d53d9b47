package io.lofn.runtime.embedded.cgroup;

import io.lofn.api.EngineException;
import io.lofn.api.ResourceLimits;
import io.lofn.http.Uninterruptibly;
import io.lofn.spi.RuntimeFeature;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where this process may make control groups for containers: below its own; in version 2 also below
 * the parent of that, if it is delegated to this user; or below the one that the configuration
 * names. No other group is written. Thread-safe.
 */
public final class Cgroups {

  private static final Logger LOG = LoggerFactory.getLogger(Cgroups.class);

  /** The property that names the parent of containers' groups. */
  public static final String PARENT = "cgroup.parent";

  private static final String SETTING = "spark.lofn.embedded." + PARENT;
  static final String PREFIX = "lofn-";
  private static final int MOST_NAMES = 1000;
  private static final int MOST_TRIALS = 4;
  private static final Duration BETWEEN_TRIALS = Duration.ofMillis(200);
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final List<Hierarchy> hierarchies;
  private final Owner owner;
  private final Optional<String> named;

  private Cgroups(List<Hierarchy> hierarchies, Owner owner, Optional<String> named) {
    this.hierarchies = hierarchies;
    this.owner = owner;
    this.named = named;
  }

  /**
   * Returns that there are none.
   *
   * @return an object without groups
   */
  public static Cgroups none() {
    return new Cgroups(List.of(), Owner.self(), Optional.empty());
  }

  /**
   * Looks for groups in which this process may make others.
   *
   * @param parent the path of the group to use, from the top of the hierarchies; empty: the own one
   * @return what was found
   * @throws EngineException if the parent was named and cannot be used
   */
  public static Cgroups find(Optional<String> parent) {
    try {
      return find(
          Files.readAllLines(Path.of("/proc/self/cgroup")),
          Files.readAllLines(Path.of("/proc/self/mountinfo")),
          parent);
    } catch (IOException e) {
      LOG.debug("The control groups of this process are not known", e);
      return none();
    }
  }

  static Cgroups find(List<String> groups, List<String> mounts, Optional<String> parent) {
    List<Hierarchy> found = new ArrayList<>();
    Set<String> served = new TreeSet<>();
    for (CgroupMounts.Mounted mounted : CgroupMounts.parse(groups, mounts).all()) {
      for (Path candidate : candidates(mounted, parent)) {
        Optional<Hierarchy> usable = hierarchy(mounted, candidate, served);
        if (usable.isPresent()) {
          served.addAll(usable.get().controllers());
          found.add(usable.get());
          break;
        }
      }
    }
    if (found.isEmpty() && parent.isPresent()) {
      throw new EngineException(
          "%s is %s, but no control group of that path may be used by this user, with controllers for groups in it; create it, delegate it to the user, or remove the setting"
              .formatted(SETTING, parent.get()));
    }
    return new Cgroups(List.copyOf(found), Owner.self(), parent);
  }

  private static List<Path> candidates(CgroupMounts.Mounted mounted, Optional<String> parent) {
    if (parent.isPresent()) {
      return List.of(named(mounted.top(), parent.get()));
    }
    List<Path> candidates = new ArrayList<>();
    mounted.ownDirectory().ifPresent(candidates::add);
    // Of version 2, a group with processes has no groups with controllers below it, except at the
    // top; a service that is delegated has its processes in one group of several.
    mounted
        .ownDirectory()
        .filter(own -> mounted.isUnified() && !own.equals(mounted.top()))
        .map(Path::getParent)
        .filter(Cgroups::isDelegated)
        .ifPresent(candidates::add);
    return candidates;
  }

  private static Path named(Path top, String parent) {
    Path below = Path.of("/").resolve(parent).normalize();
    return top.resolve(Path.of("/").relativize(below));
  }

  /** Returns whether it was given to this user, who is not root. */
  private static boolean isDelegated(Path group) {
    try {
      Object uid = Files.getAttribute(group, "unix:uid");
      return !uid.equals(0) && Files.isWritable(group);
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns the group with its controllers that no other hierarchy has, if there are such. */
  private static Optional<Hierarchy> hierarchy(
      CgroupMounts.Mounted mounted, Path parent, Set<String> served) {
    if (!Files.isDirectory(parent)
        || !Files.isWritable(parent)
        || !Files.isWritable(parent.resolve("cgroup.procs"))) {
      return Optional.empty();
    }
    Set<String> wanted = new TreeSet<>(Controllers.ALL);
    wanted.removeAll(served);
    if (mounted.isUnified()) {
      return SubtreeControl.open(parent, wanted);
    }
    wanted.retainAll(mounted.controllers());
    return wanted.isEmpty()
        ? Optional.empty()
        : Optional.of(new Hierarchy(parent, Set.copyOf(wanted), Optional.empty()));
  }

  /**
   * Makes groups for a trial, and removes them. A failure that may pass is met by another trial.
   *
   * @param probe runs a process in these groups
   * @return this object; one without groups if a process cannot join those of the default place
   * @throws EngineException if the parent was named, or if this thread is interrupted
   */
  public Cgroups tried(Consumer<List<Path>> probe) {
    try {
      for (int i = 1; !passes(probe, i == MOST_TRIALS); i++) {
        Uninterruptibly.sleep(BETWEEN_TRIALS);
      }
      return this;
    } catch (EngineException e) {
      hierarchies.forEach(Hierarchy::giveUp);
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      if (named.isPresent()) {
        throw new EngineException(
            "%s is %s, but a container cannot use a control group below it: %s"
                .formatted(SETTING, named.get(), e.getMessage()),
            e);
      }
      LOG.warn("No limits of memory and processors are possible: {}", e.getMessage());
      return none();
    }
  }

  private boolean passes(Consumer<List<Path>> probe, boolean last) {
    ContainerCgroup trial = null;
    try {
      trial = make(ResourceLimits.none());
      if (!trial.directories().isEmpty()) {
        probe.accept(trial.directories());
      }
      return true;
    } catch (EngineException e) {
      if (last || !e.isTransient() || Thread.currentThread().isInterrupted()) {
        throw e;
      }
      LOG.debug("A trial of the control groups failed, and is repeated", e);
      return false;
    } finally {
      if (trial != null) {
        trial.remove();
      }
    }
  }

  /**
   * Returns what cannot be limited or told without the groups that are missing.
   *
   * @return the features
   */
  public Set<RuntimeFeature> unsupported() {
    Set<RuntimeFeature> lacking = EnumSet.noneOf(RuntimeFeature.class);
    if (!has(Controllers.MEMORY)) {
      lacking.add(RuntimeFeature.MEMORY);
      lacking.add(RuntimeFeature.OUT_OF_MEMORY_DETECTION);
    }
    if (!has(Controllers.CPU)) {
      lacking.add(RuntimeFeature.CPUS);
    }
    if (!has(Controllers.PIDS)) {
      lacking.add(RuntimeFeature.PIDS);
    }
    return lacking;
  }

  private boolean has(String controller) {
    return hierarchies.stream().anyMatch(each -> each.has(controller));
  }

  /**
   * Makes the groups of a container.
   *
   * @param limits its limits
   * @return the groups; the caller removes them
   * @throws EngineException if they cannot be made or limited
   */
  public ContainerCgroup make(ResourceLimits limits) {
    for (int i = 0; i < MOST_NAMES; i++) {
      String name = PREFIX + owner.name() + "-" + NUMBERS.incrementAndGet();
      ContainerCgroup made = new ContainerCgroup();
      try {
        for (Hierarchy each : hierarchies) {
          if (each.isNeeded(limits)) {
            made.make(each, name, limits);
          }
        }
        return made;
      } catch (FileAlreadyExistsException anotherClassLoader) {
        made.remove();
      } catch (RuntimeException e) {
        made.remove();
        throw e;
      }
    }
    throw new EngineException("No name is free for a control group of " + owner.name());
  }

  /** Removes the groups of processes that have ended; none of those can have a process. */
  public void removeLeftovers() {
    for (Hierarchy each : hierarchies) {
      try (DirectoryStream<Path> groups = Files.newDirectoryStream(each.parent(), PREFIX + "*")) {
        for (Path group : groups) {
          if (isOfDeadOwner(group.getFileName().toString())
              && !ContainerCgroup.deleteIfEmpty(group)) {
            LOG.debug("The control group {} of an ended process is in use", group);
          }
        }
      } catch (IOException | DirectoryIteratorException e) {
        LOG.debug("Could not look for old control groups in {}", each.parent(), e);
      }
    }
  }

  private static boolean isOfDeadOwner(String name) {
    int last = name.lastIndexOf('-');
    return last > PREFIX.length()
        && Owner.parse(name.substring(PREFIX.length(), last)).filter(Owner::isDead).isPresent();
  }

  @Override
  public String toString() {
    return hierarchies.isEmpty()
        ? "no control groups"
        : "control groups below "
            + String.join(
                ", ", hierarchies.stream().map(each -> each.parent().toString()).toList());
  }
}
