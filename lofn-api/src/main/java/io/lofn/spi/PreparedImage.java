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
   * An image of which no more is known.
   *
   * @param reference the name it was asked for by
   * @param id the engine's immutable id of it, such as {@code sha256:...}
   * @return the image
   */
  public static PreparedImage of(String reference, String id) {
    return new PreparedImage(reference, id, ImageConfig.empty());
  }

  /**
   * This image with what it says of its containers.
   *
   * @param config what it says
   * @return the new value
   */
  public PreparedImage config(ImageConfig config) {
    return new PreparedImage(reference, id, config);
  }

  /**
   * The image's name.
   *
   * @return the name it was asked for by
   */
  public String reference() {
    return reference;
  }

  /**
   * The engine's immutable id of the image. Containers are started from this, so that a tag that
   * moves does not matter.
   *
   * @return such as {@code sha256:...}
   */
  public String id() {
    return id;
  }

  /**
   * What the image says of its containers.
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
