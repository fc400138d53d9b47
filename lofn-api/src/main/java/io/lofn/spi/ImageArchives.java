package io.lofn.spi;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Implemented by a {@link ContainerRuntime} that can load images from archives, for nodes without a
 * registry. Thread-safe.
 */
public interface ImageArchives {

  /**
   * Loads all images of an archive: the output of {@code docker save} or {@code podman save}, or an
   * OCI image as a tar file. Afterwards {@link ContainerRuntime#prepare} finds them by their names
   * in the archive.
   *
   * @param archive a file of this node
   * @param timeout how long it may take
   * @throws io.lofn.api.EngineException if it is not such an archive, or cannot be loaded
   */
  void load(Path archive, Duration timeout);
}
