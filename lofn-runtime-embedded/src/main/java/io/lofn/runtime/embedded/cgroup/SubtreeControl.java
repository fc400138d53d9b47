package io.lofn.runtime.embedded.cgroup;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Switches controllers on for the groups in a group of version 2, and off again. */
final class SubtreeControl {

  private static final Logger LOG = LoggerFactory.getLogger(SubtreeControl.class);
  private static final String FILE = "cgroup.subtree_control";

  private SubtreeControl() {}

  /** Switches on what is wanted, as far as that is possible; empty if that is nothing. */
  static Optional<Hierarchy> open(Path group, Set<String> wanted) {
    if (!acceptsGroups(group)) {
      LOG.debug("{} has processes, or is threaded, so no group in it has controllers", group);
      return Optional.empty();
    }
    Set<String> possible = words(group.resolve("cgroup.controllers"));
    possible.retainAll(wanted);
    Set<String> missing = new TreeSet<>(possible);
    missing.removeAll(words(group.resolve(FILE)));
    missing.removeIf(controller -> !write(group, "+" + controller));
    possible.retainAll(words(group.resolve(FILE)));
    if (possible.isEmpty()) {
      missing.forEach(controller -> write(group, "-" + controller));
      return Optional.empty();
    }
    return Optional.of(
        new Hierarchy(group, Set.copyOf(possible), Optional.of(Set.copyOf(missing))));
  }

  /**
   * Returns whether groups in it can have controllers and processes. In a group with processes the
   * kernel switches on some controllers, but makes it threaded by that, for good and for everybody.
   */
  private static boolean acceptsGroups(Path group) {
    Path type = group.resolve("cgroup.type");
    if (!Files.exists(type)) {
      return true; // the root of the node
    }
    try {
      return Files.readString(type).strip().equals("domain")
          && Files.readString(group.resolve("cgroup.procs")).isBlank();
    } catch (IOException e) {
      return false;
    }
  }

  /** Switches off what was switched on, unless containers of another process may need it. */
  static void close(Path group, Set<String> switchedOn) {
    try (DirectoryStream<Path> groups = Files.newDirectoryStream(group, Cgroups.PREFIX + "*")) {
      if (!groups.iterator().hasNext()) {
        switchedOn.forEach(controller -> write(group, "-" + controller));
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.debug("Could not look for control groups in {}", group, e);
    }
  }

  /** Returns whether the kernel accepted it. */
  private static boolean write(Path group, String change) {
    try {
      Files.writeString(group.resolve(FILE), change);
      return true;
    } catch (IOException e) {
      LOG.debug("The kernel refuses {} for the groups in {}", change, group, e);
      return false;
    }
  }

  private static Set<String> words(Path file) {
    try {
      return new TreeSet<>(List.of(Files.readString(file).strip().split("\\s+", -1)));
    } catch (IOException e) {
      return new TreeSet<>();
    }
  }
}
