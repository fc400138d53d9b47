package io.lofn.spi;

import java.net.URI;

/**
 * Makes the data of a volume a directory or file of this node. One instance serves every task of an
 * executor JVM, so it is thread-safe; other JVMs of the node may stage the same data at the same
 * time.
 */
public interface VolumeStager extends AutoCloseable {

  /**
   * Makes the data present. Blocks until it is; a thread that is interrupted meanwhile, because its
   * task was cancelled or its time is over, ends soon with a {@link io.lofn.api.StagingException},
   * and nothing is left of what it had copied.
   *
   * @param source where the data is; its scheme is one that the provider named
   * @return the data, present until it is closed
   * @throws io.lofn.api.StagingException if it does not exist or cannot be read
   */
  StagedVolume stage(URI source);

  /** Releases what the stager holds. Idempotent. */
  @Override
  void close();
}
