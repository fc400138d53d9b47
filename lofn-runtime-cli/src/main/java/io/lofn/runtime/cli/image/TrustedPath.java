package io.lofn.runtime.cli.image;

import io.lofn.api.EngineException;
import io.lofn.files.FileUser;
import io.lofn.runtime.cli.process.NodeUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Checks that only this user and root can write to a directory or replace it, so that its images
 * are theirs.
 */
public final class TrustedPath {

  /** The property that names the directory. */
  public static final String SETTING = "images";

  private static final int GROUP_WRITES = 0020;
  private static final int OTHERS_WRITE = 0002;
  private static final int STICKY = 01000;

  private TrustedPath() {}

  /**
   * Checks a directory and its parents. A missing directory is trusted if nobody else could create
   * it.
   *
   * @throws EngineException if another user could put images there
   */
  static void check(Path directory) {
    try {
      Path path = directory;
      while (Files.notExists(path) && path.getParent() != null) {
        path = path.getParent();
      }
      Path real = path.toRealPath();
      for (Path each = real; each != null; each = each.getParent()) {
        // A file in a sticky directory is safe from other users; a missing one can be created by
        // anybody.
        check(directory, each, !each.equals(real));
      }
    } catch (IOException e) {
      throw new EngineException("Could not use the directory of images " + directory + ": " + e, e);
    }
  }

  private static void check(Path directory, Path each, boolean holdsNext) throws IOException {
    long owner = Integer.toUnsignedLong((Integer) Files.getAttribute(each, "unix:uid"));
    int mode = (Integer) Files.getAttribute(each, "unix:mode");
    long group = Integer.toUnsignedLong((Integer) Files.getAttribute(each, "unix:gid"));
    FileUser user = NodeUser.numbers();
    boolean own = owner == 0 || owner == user.uid();
    boolean open =
        (mode & OTHERS_WRITE) != 0
            || ((mode & GROUP_WRITES) != 0 && group != 0 && group != user.gid());
    boolean kept = (mode & STICKY) != 0 && holdsNext;
    if (!own || (open && !kept)) {
      throw new EngineException(
          "Another user could put images into %s: %s %s. Set spark.lofn.cli.%s to a directory that only this user or root can write to"
              .formatted(
                  directory,
                  each,
                  own ? "is writable by others" : "belongs to user " + owner,
                  SETTING));
    }
  }
}
