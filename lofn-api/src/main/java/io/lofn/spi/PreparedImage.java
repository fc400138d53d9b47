package io.lofn.spi;

/**
 * An image that is present on this node.
 *
 * @param reference the name it was asked for by
 * @param id the engine's immutable id of it, such as {@code sha256:...}; containers are started
 *     from this, so that a tag that moves does not matter
 * @param config what the image says of its containers
 */
public record PreparedImage(String reference, String id, ImageConfig config) {

  /**
   * An image of which no more is known.
   *
   * @param reference the name it was asked for by
   * @param id the engine's immutable id of it
   */
  public PreparedImage(String reference, String id) {
    this(reference, id, ImageConfig.empty());
  }
}
