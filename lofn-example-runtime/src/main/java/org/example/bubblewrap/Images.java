package org.example.bubblewrap;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.spi.ImageConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Unpacked root file systems in one directory. Image names contain characters that file names
 * cannot contain, so {@code docker.io/library/busybox:1} is the subdirectory {@code
 * docker.io%library%busybox+1}.
 */
record Images(Path directory) {

  private static final Pattern REFERENCE = Pattern.compile("\\w[\\w.-]*(?:[/:@]+[\\w.-]+)*");

  /** Returns the image's id: its real path, so that the later change of a link has no effect. */
  String find(String reference) {
    if (!REFERENCE.matcher(reference).matches()) {
      throw new EngineException("'" + reference + "' is not the name of an image");
    }
    Path image = directory.resolve(reference.replace('/', '%').replace(':', '+'));
    try {
      return image.toRealPath().toString();
    } catch (IOException e) {
      throw new ImageUnavailableException(
          "Image %s is not on this node: the directory %s does not exist, and the runtime 'bubblewrap' pulls no images; unpack the image there"
              .formatted(reference, image),
          e);
    }
  }

  /**
   * Returns the configuration of an image: its variables, if it has a file {@code ch/environment},
   * which charliecloud writes. Volumes are ignored: here a declared volume is a directory of the
   * image.
   */
  static ImageConfig config(Path root) {
    Path file = root.resolve("ch/environment");
    if (!Files.isRegularFile(file)) {
      return ImageConfig.empty();
    }
    try {
      return ImageConfig.empty().environment(Files.readAllLines(file));
    } catch (IOException e) {
      throw new EngineException("Could not read the variables of image " + root + ": " + e, e);
    }
  }

  /** Returns the root file system of an id from {@link #find}. */
  static Path root(String id) {
    Path root = Path.of(id);
    if (!root.isAbsolute() || !Files.isDirectory(root)) {
      throw new ImageUnavailableException(
          "Image " + id + " was not prepared, or was deleted meanwhile");
    }
    return root;
  }
}
