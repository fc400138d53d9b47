package io.lofn.spi;

import java.util.Optional;

/**
 * What a {@link ContainerRuntime} also implements if it can tell which bytes the name of an image
 * stands for. Asked on the driver, so that all nodes of a job run the same. Thread-safe.
 */
public interface ImageDigests {

  /**
   * The digest of an image in its registry. Nothing is pulled for it.
   *
   * <p>With {@link io.lofn.api.PullPolicy#ALWAYS} the registry is asked; otherwise the engine, if
   * it has the image, and then the registry; with {@link io.lofn.api.PullPolicy#NEVER} the engine
   * alone.
   *
   * @param request the image, and when to ask a registry
   * @return such as {@code sha256:...}; empty if neither can tell, as for an image that was never
   *     in a registry
   * @throws io.lofn.api.ImageUnavailableException if a registry that was asked says that the image
   *     is unknown or denied
   * @throws io.lofn.api.EngineException if the engine does not answer
   */
  Optional<String> digest(ImageRequest request);
}
