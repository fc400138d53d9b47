package io.lofn.spi;

import java.net.URI;

/**
 * Makes the data of a volume available as a directory or file of this node. One instance serves all
 * tasks of an executor JVM, so it must be thread-safe; other JVMs of the node may stage the same
 * data at the same time.
 */
public interface VolumeStager extends AutoCloseable {

  /**
   * Makes the data available. Blocks until it is. A thread that is interrupted meanwhile, because
   * its task was cancelled or timed out, soon throws a {@link io.lofn.api.StagingException}, and
   * nothing is left of what it had copied.
   *
   * @param source the location of the data; its scheme is one of the provider's
   * @return the data, available until it is closed
   * @throws io.lofn.api.StagingException if it does not exist or cannot be read
   */
  StagedVolume stage(URI source);

  /** Releases the resources of the stager. Idempotent. */
  @Override
  void close();
}
