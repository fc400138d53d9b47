package io.lofn.runtime.embedded.cgroup;

import io.lofn.api.EngineException;
import io.lofn.api.ResourceLimits;
import io.lofn.http.Uninterruptibly;
import io.lofn.runtime.embedded.helper.Shortage;
import io.lofn.spi.ContainerExit;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The control groups of one container, one in each hierarchy. Not thread-safe. */
public final class ContainerCgroup {

  private static final Logger LOG = LoggerFactory.getLogger(ContainerCgroup.class);
  private static final int MOST_TRIES = 200;
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(1);

  private final Map<Path, Hierarchy> groups = new LinkedHashMap<>();

  ContainerCgroup() {}

  /** Makes a group; the caller removes this object's groups if it fails. */
  void make(Hierarchy hierarchy, String name, ResourceLimits limits)
      throws FileAlreadyExistsException {
    Path group = hierarchy.parent().resolve(name);
    try {
      Files.createDirectory(group);
      groups.put(group, hierarchy);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException e) {
      throw failed(group, e);
    }
    hierarchy
        .limits(limits)
        .forEach(
            (file, value) -> {
              try {
                Files.writeString(group.resolve(file), value);
              } catch (IOException e) {
                throw failed(group.resolve(file), e);
              }
            });
    hierarchy.furtherLimits(limits).forEach((file, value) -> tryToWrite(group, file, value));
  }

  private static void tryToWrite(Path group, String file, String value) {
    try {
      if (Files.exists(group.resolve(file))) {
        Files.writeString(group.resolve(file), value);
      }
    } catch (IOException e) {
      // A stricter limit above this group applies in any case.
      LOG.debug("Could not write {} to {} of {}", value, file, group, e);
    }
  }

  private static EngineException failed(Path path, IOException e) {
    String message =
        "Could not set up the control group %s of a container: %s; set spark.lofn.embedded.cgroup.parent to one that is delegated to this user"
            .formatted(path, e);
    return Shortage.isIn(e.toString())
        ? EngineException.transientFailure(message, e)
        : new EngineException(message, e);
  }

  /**
   * Returns the directories that the container's first process joins.
   *
   * @return one for each hierarchy
   */
  public List<Path> directories() {
    return List.copyOf(groups.keySet());
  }

  /**
   * Returns how the container ended, with what its groups say of it. Call it before {@link
   * #remove}.
   *
   * @param code its exit code
   * @return the exit
   */
  public ContainerExit exit(int code) {
    boolean outOfMemory = false;
    OptionalLong peak = OptionalLong.empty();
    OptionalLong time = OptionalLong.empty();
    for (Map.Entry<Path, Hierarchy> each : groups.entrySet()) {
      Hierarchy hierarchy = each.getValue();
      outOfMemory |= hierarchy.wasOutOfMemory(each.getKey());
      OptionalLong itsPeak = hierarchy.peakMemory(each.getKey());
      peak = itsPeak.isPresent() ? itsPeak : peak;
      OptionalLong itsTime = hierarchy.cpuTime(each.getKey());
      time = itsTime.isPresent() ? itsTime : time;
    }
    ContainerExit exit = new ContainerExit(code, outOfMemory);
    exit = peak.isPresent() ? exit.peakMemory(peak.getAsLong()) : exit;
    return time.isPresent() ? exit.cpuTime(Duration.ofNanos(time.getAsLong())) : exit;
  }

  /** Removes the groups. What remains, a later executor removes. Idempotent. */
  public void remove() {
    groups.keySet().removeIf(ContainerCgroup::remove);
    groups.keySet().forEach(left -> LOG.warn("Could not remove the control group {}", left));
  }

  /** The kernel lets go of the last processes a moment after they have ended. */
  private static boolean remove(Path group) {
    for (int i = 0; i < MOST_TRIES; i++) {
      if (deleteIfEmpty(group)) {
        return true;
      }
      Uninterruptibly.sleep(BETWEEN_TRIES);
    }
    return false;
  }

  /** Returns whether it is gone. */
  static boolean deleteIfEmpty(Path group) {
    try {
      Files.delete(group);
      return true;
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException stillInUse) {
      return false;
    }
  }
}
