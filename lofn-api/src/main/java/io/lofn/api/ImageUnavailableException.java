package io.lofn.api;

/**
 * Thrown when an image is not on the node and cannot be pulled: it is unknown, denied, or must not
 * be pulled.
 */
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
   * @param cause the cause
   */
  public ImageUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
