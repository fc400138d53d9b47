package io.lofn.spi;

import java.nio.file.Path;

/**
 * A directory or file of this node that a container sees.
 *
 * @param source absolute path on this node; must exist, an engine must not create it
 * @param target absolute path in the container
 * @param readOnly whether the container cannot write it
 */
public record Mount(Path source, String target, boolean readOnly) {

  /**
   * Checks the paths.
   *
   * @param source absolute path on this node
   * @param target absolute path in the container
   * @param readOnly whether the container cannot write it
   */
  public Mount {
    if (!source.isAbsolute() || !target.startsWith("/")) {
      throw new IllegalArgumentException(
          "A mount needs absolute paths, not " + source + " and " + target);
    }
  }
}
