package io.lofn.runtime.embedded;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A control group for the containers of a test, in each hierarchy in which this user may make one.
 */
final class CgroupParent implements AutoCloseable {

  private static final Path TOP = Path.of("/sys/fs/cgroup");

  private final String name = "lofn-test-" + UUID.randomUUID();
  private final List<Path> made = new ArrayList<>();

  private CgroupParent() {}

  static CgroupParent make() {
    CgroupParent parent = new CgroupParent();
    try {
      if (Files.exists(TOP.resolve("cgroup.controllers"))) {
        parent.tryToMake(TOP);
      } else {
        try (DirectoryStream<Path> hierarchies = Files.newDirectoryStream(TOP)) {
          for (Path each : hierarchies) {
            if (!Files.isSymbolicLink(each) && Files.exists(each.resolve("cgroup.procs"))) {
              parent.tryToMake(each);
            }
          }
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return parent;
  }

  private void tryToMake(Path hierarchy) throws IOException {
    if (Files.isWritable(hierarchy)) {
      made.add(Files.createDirectory(hierarchy.resolve(name)));
    }
  }

  /** The path for the runtime's setting; empty where this user may make no groups. */
  String path() {
    return made.isEmpty() ? "" : "/" + name;
  }

  /** Returns the groups in the parent of that path, in all hierarchies. */
  static List<Path> groupsIn(String path) throws IOException {
    String name = path.substring(1);
    List<Path> parents = new ArrayList<>(List.of(TOP.resolve(name)));
    try (DirectoryStream<Path> hierarchies = Files.newDirectoryStream(TOP)) {
      for (Path each : hierarchies) {
        if (!Files.isSymbolicLink(each)) {
          parents.add(each.resolve(name));
        }
      }
    }
    List<Path> found = new ArrayList<>();
    for (Path parent : parents) {
      if (Files.isDirectory(parent)) {
        try (Stream<Path> inside = Files.list(parent)) {
          inside.filter(Files::isDirectory).forEach(found::add);
        }
      }
    }
    return found;
  }

  /** Makes a user the owner of the groups, as a delegation does. */
  void give(int uid) throws IOException {
    for (Path group : made) {
      chown(group, uid);
      for (String file : List.of("cgroup.procs", "cgroup.subtree_control", "cgroup.threads")) {
        if (Files.exists(group.resolve(file))) {
          chown(group.resolve(file), uid);
        }
      }
    }
  }

  private static void chown(Path path, int uid) throws IOException {
    Files.setAttribute(path, "unix:uid", uid);
  }

  @Override
  public void close() throws IOException {
    for (Path group : made) {
      Files.deleteIfExists(group);
    }
    made.clear();
  }
}
