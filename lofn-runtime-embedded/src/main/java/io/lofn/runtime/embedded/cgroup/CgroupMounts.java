package io.lofn.runtime.embedded.cgroup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The mounted hierarchies of control groups, and where this process is in them.
 *
 * @param all the hierarchies
 */
record CgroupMounts(List<Mounted> all) {

  /**
   * A mounted hierarchy.
   *
   * @param top the directory where it is mounted
   * @param root the control group that is mounted there
   * @param own the control group of this process, from the root of the hierarchy
   * @param controllers its controllers; none for version 2, where each directory says
   */
  record Mounted(Path top, String root, String own, Set<String> controllers) {

    boolean isUnified() {
      return controllers.isEmpty();
    }

    /** Returns the directory of this process's control group, if it is below the mount. */
    Optional<Path> ownDirectory() {
      Path from = Path.of(root);
      Path to = Path.of(own);
      return to.startsWith(from)
          ? Optional.of(top.resolve(from.relativize(to)).normalize())
          : Optional.empty();
    }
  }

  /**
   * Reads the tables of this process.
   *
   * @param groups the lines of {@code /proc/self/cgroup}
   * @param mounts the lines of {@code /proc/self/mountinfo}
   */
  static CgroupMounts parse(List<String> groups, List<String> mounts) {
    Map<String, String> own = new HashMap<>();
    for (String line : groups) {
      String[] fields = line.split(":", 3);
      if (fields.length == 3) {
        for (String controller : fields[1].split(",", -1)) {
          own.put(controller, fields[2]);
        }
      }
    }
    List<Mounted> found = new ArrayList<>();
    for (String line : mounts) {
      parse(line, own).ifPresent(found::add);
    }
    return new CgroupMounts(List.copyOf(found));
  }

  private static Optional<Mounted> parse(String line, Map<String, String> own) {
    int separator = line.indexOf(" - ");
    String[] first = line.split(" ", -1);
    if (separator < 0 || first.length < 5) {
      return Optional.empty();
    }
    String[] rest = line.substring(separator + 3).split(" ", -1);
    Path top = Path.of(unescaped(first[4]));
    String root = unescaped(first[3]);
    if (rest[0].equals("cgroup2") && own.containsKey("")) {
      return Optional.of(new Mounted(top, root, own.get(""), Set.of()));
    }
    if (!rest[0].equals("cgroup")) {
      return Optional.empty();
    }
    Set<String> controllers = new java.util.TreeSet<>(List.of(rest[2].split(",", -1)));
    controllers.retainAll(Controllers.ALL);
    return controllers.isEmpty()
        ? Optional.empty()
        : Optional.ofNullable(own.get(controllers.iterator().next()))
            .map(path -> new Mounted(top, root, path, Set.copyOf(controllers)));
  }

  private static String unescaped(String path) {
    return path.replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }
}
