package io.lofn.spi;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What a {@link ContainerRuntime} also implements if it can take images from archives, for nodes
 * without a registry. Thread-safe.
 */
public interface ImageArchives {

  /**
   * Loads all images of an archive, as {@code docker save} or {@code podman save} write it, or an
   * OCI image as a tar file. Afterwards {@link ContainerRuntime#prepare} finds them by the names
   * that the archive gives them.
   *
   * @param archive a file of this node
   * @param timeout how long it may take
   * @throws io.lofn.api.EngineException if it is no such archive, or cannot be loaded
   */
  void load(Path archive, Duration timeout);
}
