package io.lofn.spi;

import java.util.Optional;

/**
 * Implemented by a {@link ContainerRuntime} that can resolve the name of an image to a digest.
 * Called on the driver, so that all nodes of a job run the same image. Thread-safe.
 */
public interface ImageDigests {

  /**
   * Returns the digest of an image in its registry. Pulls nothing.
   *
   * <p>With {@link io.lofn.api.PullPolicy#ALWAYS} the registry is asked; otherwise the engine, if
   * it has the image, and then the registry; with {@link io.lofn.api.PullPolicy#NEVER} the engine
   * alone.
   *
   * @param request the image and its pull policy
   * @return such as {@code sha256:...}; empty if neither knows it, as for an image that was never
   *     in a registry
   * @throws io.lofn.api.ImageUnavailableException if the registry reports that the image is unknown
   *     or denied
   * @throws io.lofn.api.EngineException if the engine does not answer
   */
  Optional<String> digest(ImageRequest request);
}
