package io.lofn.spi;

import java.nio.file.Path;

/** The data of a volume on this node, held for one run. */
public interface StagedVolume extends AutoCloseable {

  /**
   * Returns the path of the data.
   *
   * @return an absolute path of an existing directory or file
   */
  Path path();

  /**
   * Returns whether runs of other jobs see the same data without having asked to share it, as with
   * a cached copy. Such data is mounted read-only, or not at all.
   *
   * @return {@code false} unless overridden
   */
  default boolean isShared() {
    return false;
  }

  /**
   * Returns whether the data is known to have been on this node before, so that nothing was copied.
   *
   * @return {@code false} if that is unknown
   */
  default boolean wasCached() {
    return false;
  }

  /** Releases the data, which may then be replaced or deleted. Idempotent. */
  @Override
  void close();
}
