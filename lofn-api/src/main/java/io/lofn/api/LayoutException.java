package io.lofn.api;

import static java.util.Objects.requireNonNull;

/**
 * A writer of a tool's input or a reader of its output failed, such as one of your own. The message
 * names image, command, partition and attempt; {@link #getCause()} is what was thrown.
 *
 * <p>Like a {@link ToolFailedException} it is printed as one line in the JVM in which it was
 * thrown, since Spark prints it there several times, and as a whole, with the stack trace of its
 * cause, on the driver.
 */
@SuppressWarnings("OverrideThrowableToString") // the message is the report in any JVM
public final class LayoutException extends LofnException {

  private static final long serialVersionUID = 1L;

  private final String summary;

  /**
   * Creates an exception.
   *
   * @param message the whole report
   * @param summary the report in one line, for logs
   * @param cause what the writer or reader has thrown
   */
  public LayoutException(String message, String summary, Throwable cause) {
    super(message, requireNonNull(cause, "cause is null"));
    this.summary = Printable.line(summary);
    failTask(null);
    setStackTrace(new StackTraceElement[0]);
  }

  /**
   * The report in one line.
   *
   * @return the text, without line ends
   */
  public String summary() {
    return summary;
  }

  /** One line in the JVM in which it was thrown; the whole report on the driver. */
  @Override
  public String toString() {
    return isInTask() ? getClass().getName() + ": " + summary : super.toString();
  }
}
