package io.lofn.api;

/** A volume's data could not be made a local directory or file of this node. */
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
   * @param cause what was thrown
   */
  public StagingException(String message, Throwable cause) {
    super(message, cause);
  }
}
