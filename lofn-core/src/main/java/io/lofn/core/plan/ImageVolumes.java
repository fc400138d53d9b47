package io.lofn.core.plan;

import io.lofn.api.LofnException;
import io.lofn.core.streams.NamedPipes;
import io.lofn.spi.Mount;
import io.lofn.spi.PreparedImage;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares the directories that an image declares as volumes with the mounts of lofn. An engine
 * mounts a directory of its own at each of them, unless something else is mounted there. Below a
 * mount of lofn's, that would hide what the tool finds and leaves there. So lofn mounts its own
 * directory there a second time.
 *
 * <p>A volume above a mount of lofn's does no harm, since engines mount the outer one first.
 * Immutable.
 */
public final class ImageVolumes {

  private final PreparedImage image;
  private final Set<Path> volumes = new TreeSet<>();

  public ImageVolumes(PreparedImage image) {
    this.image = image;
    image.config().volumes().forEach(each -> place(each).ifPresent(volumes::add));
  }

  /** Returns where an engine mounts a declared volume; empty for the root, which it refuses. */
  private static Optional<Path> place(String declared) {
    Path path;
    try {
      path = Path.of("/" + declared).normalize();
    } catch (InvalidPathException e) {
      throw new LofnException(
          "The JVM's locale does not support the container path '%s';  set spark.executorEnv.LC_ALL=C.UTF-8"
              .formatted(declared),
          e);
    }
    return path.getNameCount() == 0 ? Optional.empty() : Optional.of(path);
  }

  /**
   * Returns whether a container has directories of the engine's own, which would keep what one run
   * leaves there for the next one.
   *
   * @param targets the mount points of lofn's mounts
   */
  public boolean areKept(Set<String> targets) {
    Set<Path> covered = new TreeSet<>();
    targets.forEach(target -> place(target).ifPresent(covered::add));
    return !covered.containsAll(volumes);
  }

  /**
   * Returns the mounts that keep volumes of the image from hiding what lies in other mounts.
   *
   * @param mounts all mounts of the container
   * @param ownedByRun the sources below which lofn may make directories
   * @param tmpfs directories in memory, where nothing can be hidden
   * @return mounts of directories in mounts; those in the run's own may have to be made first
   * @throws LofnException if a volume of the image hides something that cannot be mounted again
   */
  List<Mount> again(List<Mount> mounts, Set<Path> ownedByRun, Set<String> tmpfs) {
    List<Mount> again = new ArrayList<>();
    for (Path volume : volumes) {
      checkPipes(volume);
      Optional<Mount> hidden = innermost(mounts, volume);
      Optional<Path> memory = innermostOf(tmpfs, volume);
      if (hidden.isEmpty() || memory.filter(path -> isInside(path, hidden.get())).isPresent()) {
        continue;
      }
      Mount outer = hidden.get();
      Path inside = Path.of(outer.target()).normalize().relativize(volume);
      if (inside.toString().isEmpty()) {
        continue; // The mount of lofn replaces it.
      }
      Path source = outer.source().resolve(inside);
      if (!ownedByRun.contains(outer.source())) {
        checkFixed(outer, source, volume);
      }
      again.add(new Mount(source, volume.toString(), outer.readOnly()));
    }
    return again;
  }

  /** Refuses a volume in the place of a pipe, which is not a directory. */
  private void checkPipes(Path volume) {
    Path control = Path.of(NamedPipes.CONTROL);
    if (volume.startsWith(control) && !volume.equals(control)) {
      throw new LofnException(
          "Image %s declares a volume %s, but lofn reserves %s. Build the image without that VOLUME"
              .formatted(image.reference(), volume, control));
    }
  }

  private static Optional<Mount> innermost(List<Mount> mounts, Path volume) {
    return mounts.stream()
        .filter(mount -> volume.startsWith(Path.of(mount.target()).normalize()))
        .max(Comparator.comparing(mount -> Path.of(mount.target()).normalize().getNameCount()));
  }

  private static Optional<Path> innermostOf(Set<String> tmpfs, Path volume) {
    return tmpfs.stream()
        .map(path -> Path.of(path).normalize())
        .filter(volume::startsWith)
        .max(Comparator.comparing(Path::getNameCount));
  }

  private static boolean isInside(Path path, Mount mount) {
    return path.startsWith(Path.of(mount.target()).normalize());
  }

  /**
   * Requires that the tool's own data has the directory, and that no tool can change it: if a tool
   * put a link there, an engine would mount other files of the node.
   */
  private void checkFixed(Mount outer, Path source, Path volume) {
    if (!outer.readOnly()) {
      throw refused(outer, volume, "which a tool may change meanwhile");
    }
    Path path = outer.source();
    for (Path name : outer.source().relativize(source)) {
      path = path.resolve(name);
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        throw refused(outer, volume, "where " + path + " is not a directory");
      }
    }
  }

  private LofnException refused(Mount outer, Path volume, String why) {
    return new LofnException(
        "Image %s declares a volume %s, which would hide files of the tool's volume at %s, %s. Mount the tool's volume at another path, or build the image without that VOLUME"
            .formatted(image.reference(), volume, outer.target(), why));
  }
}
