package io.lofn.image;

import java.io.IOException;

/** Files that another thread brings, and whose digests it checks. */
@FunctionalInterface
public interface Arrivals {

  /**
   * Returns when a file is whole, at once if nobody brings it.
   *
   * @param name its name in the archive
   * @throws IOException if it cannot be written
   */
  void await(String name) throws IOException;
}
