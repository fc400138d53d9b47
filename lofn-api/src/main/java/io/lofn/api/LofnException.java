package io.lofn.api;

/**
 * Something lofn was asked to do did not work. The message is for the user: what was wrong, where,
 * and what to do. The subclasses tell whose fault it was.
 */
public class LofnException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception with a message.
   *
   * @param message what was wrong, where, and what to do
   */
  public LofnException(String message) {
    super(message);
  }

  /**
   * Creates an exception with a message and its cause.
   *
   * @param message what was wrong, where, and what to do
   * @param cause what was thrown
   */
  public LofnException(String message, Throwable cause) {
    super(message, cause);
  }
}
