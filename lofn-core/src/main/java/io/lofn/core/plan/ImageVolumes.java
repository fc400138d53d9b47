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
 * The directories that an image declares as volumes, against what lofn mounts. An engine mounts a
 * directory of its own at each of them, unless something else is mounted there: below a mount of
 * lofn's that would hide what the tool finds and leaves in it. So lofn mounts its own directory
 * there a second time.
 *
 * <p>A volume above a mount of lofn's is no matter, since engines mount the outer one first.
 * Immutable.
 */
public final class ImageVolumes {

  private final PreparedImage image;
  private final Set<Path> volumes = new TreeSet<>();

  public ImageVolumes(PreparedImage image) {
    this.image = image;
    image.config().volumes().forEach(each -> place(each).ifPresent(volumes::add));
  }

  /** Where an engine mounts what an image declares; nowhere for the root, which it refuses. */
  private static Optional<Path> place(String declared) {
    Path path;
    try {
      path = Path.of("/" + declared).normalize();
    } catch (InvalidPathException e) {
      throw new LofnException(
          "The path '%s' in a container cannot be said in the JVM's locale; set spark.executorEnv.LC_ALL=C.UTF-8"
              .formatted(declared),
          e);
    }
    return path.getNameCount() == 0 ? Optional.empty() : Optional.of(path);
  }

  /**
   * Whether a container has directories of the engine's own, which would keep what one run leaves
   * there for the next one.
   *
   * @param targets where lofn mounts something
   */
  public boolean areKept(Set<String> targets) {
    Set<Path> covered = new TreeSet<>();
    targets.forEach(target -> place(target).ifPresent(covered::add));
    return !covered.containsAll(volumes);
  }

  /**
   * What is to be mounted so that no volume of the image hides what lies in a mount.
   *
   * @param mounts all mounts of the container
   * @param ownedByRun the sources below which lofn may make directories
   * @param tmpfs directories in memory, where nothing can be hidden
   * @return mounts of directories in mounts; those of the run's own may have to be made first
   * @throws LofnException if a volume of the image hides what cannot be mounted again
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
        continue; // Ours takes its place.
      }
      Path source = outer.source().resolve(inside);
      if (!ownedByRun.contains(outer.source())) {
        checkFixed(outer, source, volume);
      }
      again.add(new Mount(source, volume.toString(), outer.readOnly()));
    }
    return again;
  }

  /** A volume there would take the place of a pipe, which is no directory. */
  private void checkPipes(Path volume) {
    Path control = Path.of(NamedPipes.CONTROL);
    if (volume.startsWith(control) && !volume.equals(control)) {
      throw new LofnException(
          "Image %s declares a volume %s; what lies in %s is lofn's own. Build the image without that VOLUME"
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
   * Data of the tool's own must have the directory, and be out of the reach of tools: by a link
   * that one of them puts there, an engine would mount what else the node has.
   */
  private void checkFixed(Mount outer, Path source, Path volume) {
    if (!outer.readOnly()) {
      throw refused(outer, volume, "which a tool may change meanwhile");
    }
    Path path = outer.source();
    for (Path name : outer.source().relativize(source)) {
      path = path.resolve(name);
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        throw refused(outer, volume, "where " + path + " is no directory");
      }
    }
  }

  private LofnException refused(Mount outer, Path volume, String why) {
    return new LofnException(
        "Image %s declares a volume %s, which would hide what lies there of the tool's volume at %s, %s. Mount the volume at another place, or build the image without that VOLUME"
            .formatted(image.reference(), volume, outer.target(), why));
  }
}
