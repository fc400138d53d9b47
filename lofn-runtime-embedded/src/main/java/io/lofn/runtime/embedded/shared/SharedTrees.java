package io.lofn.runtime.embedded.shared;

import io.lofn.files.FileUser;
import io.lofn.image.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Unpacked images in {@code trees/sha256} of a store that is a path: nodes use them where they are,
 * if nobody but root and this user can change them.
 *
 * @param store the store's directory
 * @param trial tells why containers cannot have a root
 */
record SharedTrees(Path store, Function<Path, Optional<String>> trial) {

  private static final Logger LOG = LoggerFactory.getLogger(SharedTrees.class);
  private static final int TYPE = 0170000;
  private static final int DIRECTORY = 0040000;
  private static final int STICKY = 01000;

  /** Returns the directory of an image's tree. */
  Optional<Path> find(String id) {
    Path trees = store.resolve("trees/sha256");
    Path tree = trees.resolve(id.substring(id.indexOf(':') + 1));
    Path root = tree.resolve("root");
    if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try {
      Path real = store.toRealPath();
      // Whoever may rename one of these has another tree in its place.
      for (Path above = real.getParent(); above != null; above = above.getParent()) {
        require(above, STICKY);
      }
      for (Path each : new Path[] {real, trees.getParent(), trees, tree, root}) {
        require(each, 0);
      }
      if (!Sha256.of(Files.readAllBytes(tree.resolve("config.json"))).equals(id)) {
        throw new IOException("its config.json is not that of the image");
      }
      Optional<String> refusal = trial.apply(root);
      if (refusal.isPresent()) {
        throw new IOException(refusal.get());
      }
      return Optional.of(tree);
    } catch (NoSuchFileException e) {
      LOG.debug("{} is not whole", tree, e);
    } catch (IOException e) {
      LOG.warn(
          "The tree {} is not used where it is: {}; this node unpacks the image",
          tree,
          e.getMessage());
    }
    return Optional.empty();
  }

  /**
   * @param allowed a bit of the mode with which others may write: in a sticky directory they rename
   *     only what is theirs
   */
  private static void require(Path directory, int allowed) throws IOException {
    Map<String, Object> found =
        Files.readAttributes(directory, "unix:mode,uid,permissions", LinkOption.NOFOLLOW_LINKS);
    int uid = (Integer) found.get("uid");
    if (uid != 0 && uid != FileUser.find().uid()) {
      throw new IOException("%s belongs to user %d".formatted(directory, uid));
    }
    int mode = (Integer) found.get("mode");
    if ((mode & TYPE) != DIRECTORY) {
      throw new IOException("%s is no directory".formatted(directory));
    }
    if ((mode & allowed) != 0) {
      return;
    }
    Set<?> permissions = (Set<?>) found.get("permissions");
    if (permissions.contains(PosixFilePermission.GROUP_WRITE)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException("%s can be written by other users".formatted(directory));
    }
  }
}
