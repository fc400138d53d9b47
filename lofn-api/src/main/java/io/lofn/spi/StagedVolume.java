package io.lofn.spi;

import java.nio.file.Path;

/** The data of a volume on this node, held for one run. */
public interface StagedVolume extends AutoCloseable {

  /**
   * Where the data is.
   *
   * @return an absolute path of an existing directory or file
   */
  Path path();

  /**
   * Whether runs of other jobs see the same data without having asked to share it, as with a copy
   * that is kept. Such data is mounted read-only, or not at all.
   *
   * @return {@code false} unless the stager says otherwise
   */
  default boolean isShared() {
    return false;
  }

  /**
   * Whether the data is known to have been on this node before, so that nothing was copied for it.
   *
   * @return false where nobody knows
   */
  default boolean wasCached() {
    return false;
  }

  /** Lets the data go; it may then be replaced or deleted. Idempotent. */
  @Override
  void close();
}
