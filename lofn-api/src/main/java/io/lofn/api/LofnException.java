package io.lofn.api;

import java.io.PrintStream;
import java.io.PrintWriter;
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

  /** The run that failed; null if the message names it, or if there was none. */
  private @Nullable String run;

  /** Not sent: the exception that arrives on the driver shows all. */
  private transient boolean inTask;

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

  /**
   * Marks this as the failure of a task: the message names the run, and until Spark has brought the
   * exception to the driver it is printed without stack traces, since Spark prints it in the task's
   * JVM several times for each attempt. lofn calls this; later calls do not change the message. Not
   * thread-safe.
   *
   * @param failed the operator, image, command, stage, partition and attempt of the run in one
   *     line; {@code null} if the message names them already
   */
  public final void failTask(@Nullable String failed) {
    if (run == null && failed != null) {
      run = Printable.line(failed);
    }
    inTask = true;
  }

  /** Returns whether this is still in the JVM of the task that it ends. */
  final boolean isInTask() {
    return inTask;
  }

  @Override
  public void printStackTrace(PrintStream stream) {
    if (inTask) {
      stream.println(this);
    } else {
      super.printStackTrace(stream);
    }
  }

  @Override
  public void printStackTrace(PrintWriter writer) {
    if (inTask) {
      writer.println(this);
    } else {
      super.printStackTrace(writer);
    }
  }

  @Override
  public @Nullable String getMessage() {
    String message = super.getMessage();
    return run == null ? message : "%s [%s]".formatted(message, run);
  }

  private static @Nullable String shown(@Nullable String message) {
    return message == null ? null : Printable.text(message);
  }
}
