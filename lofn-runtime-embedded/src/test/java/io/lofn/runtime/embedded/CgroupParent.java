package io.lofn.runtime.embedded;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A control group for the containers of a test, in each hierarchy in which this user may make one.
 */
final class CgroupParent implements AutoCloseable {

  private static final Path TOP = Path.of("/sys/fs/cgroup");

  private static final Duration LONGEST = Duration.ofSeconds(60);

  private final String path;
  private final List<Path> made = new ArrayList<>();

  private CgroupParent(String above) {
    path = above + "/lofn-test-" + UUID.randomUUID();
  }

  static CgroupParent make() {
    return below("");
  }

  /** Makes one in another, of that path, where this user may make groups. */
  static CgroupParent below(String above) {
    CgroupParent parent = new CgroupParent(above);
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
    Path group = Path.of(hierarchy + path);
    if (Files.isWritable(group.getParent())) {
      made.add(Files.createDirectory(group));
    }
  }

  /** The path for the runtime's setting; empty where this user may make no groups. */
  String path() {
    return made.isEmpty() ? "" : path;
  }

  /** Returns the groups in it, in all hierarchies. */
  List<Path> groups() throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path parent : made) {
      try (Stream<Path> inside = Files.list(parent)) {
        inside.filter(Files::isDirectory).forEach(found::add);
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

  /** Removes it when sandboxes that were made ahead have ended. */
  @Override
  public void close() throws IOException {
    long begin = System.nanoTime();
    while (!groups().isEmpty() && System.nanoTime() - begin < LONGEST.toNanos()) {
      Thread.onSpinWait();
    }
    for (Path group : made) {
      Files.deleteIfExists(group);
    }
    made.clear();
  }
}
