package io.lofn.api;

/** An image is not on the node and cannot be had: unknown, denied, or not to be pulled. */
public final class ImageUnavailableException extends EngineException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception with a message.
   *
   * @param message the image, the engine's answer, and what to do
   */
  public ImageUnavailableException(String message) {
    super(message);
  }

  /**
   * Creates an exception with a message and its cause.
   *
   * @param message the image, the engine's answer, and what to do
   * @param cause what was thrown
   */
  public ImageUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
