package io.lofn.runtime.cli.runner;

import io.lofn.api.EngineException;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Mount;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Prepares the mounts of one run by a program without an engine.
 *
 * <p>Each source is mounted through a link with a plain name, since such programs separate source
 * and target by a colon. Where a target does not exist, an empty directory or file is created in
 * its parent: in the image's directory, where it stays, or in an outer mount. Not thread-safe.
 */
final class MountPoints {

  private static final String TMP = "/tmp";

  private final Path image;
  private final Path directory;
  private final List<Mount> mounts = new ArrayList<>();

  private MountPoints(Path image, Path directory) {
    this.image = image;
    this.directory = directory;
  }

  /**
   * Prepares the mounts of a container: those of its specification, a directory of the node for
   * each tmpfs, and a private directory {@code /tmp}.
   *
   * @param spec the container
   * @param image the image's files
   * @param directory the directory in which links and private directories are created
   * @return the mounts in the order in which they have to be mounted
   */
  static List<Mount> prepare(ContainerSpec spec, Path image, Path directory) {
    MountPoints points = new MountPoints(image, directory);
    // Outer mounts first, or they would hide the mounts inside them.
    Map<String, Mount> byTarget = new TreeMap<>();
    spec.mounts().forEach(mount -> byTarget.put(mount.target(), mount));
    for (String path : spec.settings().tmpfs().keySet()) {
      byTarget.computeIfAbsent(path, points::own);
    }
    byTarget.computeIfAbsent(TMP, points::own);
    byTarget.values().forEach(points::add);
    return List.copyOf(points.mounts);
  }

  private Mount own(String target) {
    try {
      return new Mount(Files.createTempDirectory(directory, "own-"), target, false);
    } catch (IOException e) {
      throw new EngineException("Could not create a private directory in " + directory, e);
    }
  }

  private void add(Mount mount) {
    if (!Files.exists(mount.source())) {
      throw new EngineException("The source of a mount does not exist: " + mount.source());
    }
    try {
      makeTarget(mount);
      Path link = directory.resolve("mount-" + mounts.size());
      Files.createSymbolicLink(link, mount.source());
      mounts.add(new Mount(link, mount.target(), mount.readOnly()));
    } catch (IOException e) {
      throw new EngineException(
          ("Could not create the mount point %s in image %s: %s; create it in the image, or mount"
                  + " below an existing directory of the image")
              .formatted(mount.target(), image, e),
          e);
    }
  }

  private void makeTarget(Mount mount) throws IOException {
    Path target = Path.of(mount.target()).normalize();
    Path place = image;
    Path rest = Path.of("/").relativize(target);
    // The last mount that contains the target.
    for (Mount outer : mounts) {
      Path at = Path.of(outer.target()).normalize();
      if (target.startsWith(at) && !target.equals(at)) {
        place = outer.source().toRealPath();
        rest = at.relativize(target);
      }
    }
    if (place.equals(image) && !Files.isDirectory(image)) {
      return; // An image in one file: its program creates the mount point, or fails.
    }
    Path made = place;
    for (int i = 0; i < rest.getNameCount() - 1; i++) {
      made = made.resolve(rest.getName(i));
      make(made, true);
    }
    make(made.resolve(rest.getFileName()), Files.isDirectory(mount.source()));
  }

  /**
   * Creates a file or directory, but refuses a link: it would be followed on the node, not in the
   * container.
   */
  private static void make(Path path, boolean isDirectory) throws IOException {
    if (Files.isSymbolicLink(path)) {
      throw new IOException(path + " is a link");
    }
    try {
      if (isDirectory) {
        Files.createDirectory(path);
      } else {
        Files.createFile(path);
      }
    } catch (FileAlreadyExistsException e) {
      if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) != isDirectory) {
        throw new IOException(path + (isDirectory ? " is a file" : " is a directory"), e);
      }
    }
  }
}
