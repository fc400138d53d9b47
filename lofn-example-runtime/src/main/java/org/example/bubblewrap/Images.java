package org.example.bubblewrap;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.spi.ImageConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Root file systems that lie unpacked in one directory. As a name may hold what a file's name may
 * not, {@code docker.io/library/busybox:1} is the subdirectory {@code docker.io%library%busybox+1}.
 */
record Images(Path directory) {

  private static final Pattern REFERENCE = Pattern.compile("\\w[\\w.-]*(?:[/:@]+[\\w.-]+)*");

  /** The image's id: where it really is, so that a link that is replaced later does not matter. */
  String find(String reference) {
    if (!REFERENCE.matcher(reference).matches()) {
      throw new EngineException("Not the name of an image: '" + reference + "'");
    }
    Path image = directory.resolve(reference.replace('/', '%').replace(':', '+'));
    try {
      return image.toRealPath().toString();
    } catch (IOException e) {
      throw new ImageUnavailableException(
          "Image %s is not on this node: there is no directory %s, and bubblewrap pulls none"
              .formatted(reference, image),
          e);
    }
  }

  /**
   * What an image says: its variables, if whoever unpacked it left a file {@code ch/environment},
   * as charliecloud does. A volume that it declares is a directory of its own here, so none is
   * told.
   */
  static ImageConfig config(Path root) {
    Path file = root.resolve("ch/environment");
    if (!Files.isRegularFile(file)) {
      return ImageConfig.empty();
    }
    try {
      return ImageConfig.empty().environment(Files.readAllLines(file));
    } catch (IOException e) {
      throw new EngineException("The variables of image " + root + " cannot be read: " + e, e);
    }
  }

  /** The root file system of an id that {@link #find} gave. */
  static Path root(String id) {
    Path root = Path.of(id);
    if (!root.isAbsolute() || !Files.isDirectory(root)) {
      throw new ImageUnavailableException("Image " + id + " was not prepared, or is gone");
    }
    return root;
  }
}
