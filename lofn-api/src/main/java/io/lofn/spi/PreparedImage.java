package io.lofn.spi;

import static java.util.Objects.requireNonNull;

import io.lofn.api.CheckReturnValue;

/** An image that is present on this node. Immutable; a setter returns a new value. */
@CheckReturnValue
public final class PreparedImage {

  private final String reference;
  private final String id;
  private final ImageConfig config;

  private PreparedImage(String reference, String id, ImageConfig config) {
    this.reference = requireNonNull(reference, "reference is null");
    this.id = requireNonNull(id, "id is null");
    this.config = requireNonNull(config, "config is null");
  }

  /**
   * Returns an image without a configuration.
   *
   * @param reference the requested name
   * @param id the engine's immutable id of it, such as {@code sha256:...}
   * @return the image
   */
  public static PreparedImage of(String reference, String id) {
    return new PreparedImage(reference, id, ImageConfig.empty());
  }

  /**
   * Returns this image with its configuration for containers.
   *
   * @param config the configuration
   * @return the new value
   */
  public PreparedImage config(ImageConfig config) {
    return new PreparedImage(reference, id, config);
  }

  /**
   * Returns the image's name.
   *
   * @return the requested name
   */
  public String reference() {
    return reference;
  }

  /**
   * Returns the engine's immutable id of the image. Containers are started from it, so that a moved
   * tag does not matter.
   *
   * @return such as {@code sha256:...}
   */
  public String id() {
    return id;
  }

  /**
   * Returns the image's configuration for containers.
   *
   * @return {@link ImageConfig#empty()} unless set
   */
  public ImageConfig config() {
    return config;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PreparedImage image
        && reference.equals(image.reference)
        && id.equals(image.id)
        && config.equals(image.config);
  }

  @Override
  public int hashCode() {
    return reference.hashCode() * 31 + id.hashCode();
  }

  @Override
  public String toString() {
    return "%s (%s): %s".formatted(reference, id, config);
  }
}
