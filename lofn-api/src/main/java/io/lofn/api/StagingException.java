package io.lofn.api;

/** Thrown when a volume's data could not be made available as a directory or file on this node. */
public final class StagingException extends LofnException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception with a message.
   *
   * @param message the volume, what was wrong with it, and what to do
   */
  public StagingException(String message) {
    super(message);
  }

  /**
   * Creates an exception with a message and its cause.
   *
   * @param message the volume, what was wrong with it, and what to do
   * @param cause the cause
   */
  public StagingException(String message, Throwable cause) {
    super(message, cause);
  }
}
