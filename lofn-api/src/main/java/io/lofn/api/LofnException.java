package io.lofn.api;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when lofn could not do what it was asked to do. The message is for the user: what was
 * wrong, where, and what to do. The subclasses tell which part has failed.
 *
 * <p>Messages may quote the output of a tool, the name of a file that it made, or an engine's
 * answer. They and the messages of the cause are made {@linkplain Printable printable}, so that
 * nothing in them controls a terminal or looks like another entry of a log.
 */
public class LofnException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception with a message.
   *
   * @param message what was wrong, where, and what to do
   */
  public LofnException(String message) {
    super(shown(message));
  }

  /**
   * Creates an exception with a message and its cause.
   *
   * @param message what was wrong, where, and what to do
   * @param cause the cause
   */
  public LofnException(String message, Throwable cause) {
    super(shown(message), Printable.cause(cause));
  }

  private static @Nullable String shown(@Nullable String message) {
    return message == null ? null : Printable.text(message);
  }
}
