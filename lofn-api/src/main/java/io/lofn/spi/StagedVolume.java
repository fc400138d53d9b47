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

  /** Lets the data go; it may then be replaced or deleted. Idempotent. */
  @Override
  void close();
}
