package io.lofn.core.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Saves and restores the modes of directories that a container mounts, since their owner in the
 * container may change them. A mounted directory can neither be moved nor replaced from inside, so
 * its path is safe. Immutable.
 */
public final class DirectoryModes {

  private static final String MODE = "unix:mode";
  private static final int BITS = 07777;

  private final Map<Path, Integer> modes = new LinkedHashMap<>();

  /** Saves the current modes. */
  public DirectoryModes(List<Path> directories) throws IOException {
    for (Path each : directories) {
      modes.put(each, mode(each));
    }
  }

  private static int mode(Path directory) throws IOException {
    return (Integer) Files.getAttribute(directory, MODE, LinkOption.NOFOLLOW_LINKS) & BITS;
  }

  /** Restores the saved modes. */
  public void restore() throws IOException {
    for (Map.Entry<Path, Integer> each : modes.entrySet()) {
      if (mode(each.getKey()) != each.getValue()) {
        Files.setAttribute(each.getKey(), MODE, each.getValue());
      }
    }
  }
}
