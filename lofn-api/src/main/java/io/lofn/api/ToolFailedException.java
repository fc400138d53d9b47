package io.lofn.api;

import static java.util.Objects.requireNonNull;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A tool did not do what it was run for. The message is a bug report by itself: image, command,
 * exit code and what it means, limits, node, runtime, container, partition and attempt, one hint,
 * and the last lines that the tool wrote to standard error.
 *
 * <p>Spark writes the text of a failed task several times for each attempt, to the log of the
 * executor and to that of the driver. So {@link #toString()} is one line in the JVM in which the
 * tool failed, and the whole report once Spark has brought the exception to the driver, where it is
 * the cause of the {@code SparkException}. There is no stack trace: the tool failed, not lofn.
 */
@SuppressWarnings("OverrideThrowableToString") // the message is the report in any JVM
public final class ToolFailedException extends LofnException {

  private static final long serialVersionUID = 1L;

  /** How a tool failed. */
  public enum Reason {
    /** It ended with an exit code that is not accepted. */
    EXIT_CODE,
    /** It was killed because it wanted more memory than its limit. */
    OUT_OF_MEMORY,
    /** It did not end in time, or was silent for too long, and was stopped. */
    TIMED_OUT,
    /** It ended well but left no output where one was expected. */
    OUTPUT_MISSING,
    /** It wrote more than it may: a longer record, or more than its disk can hold. */
    OUTPUT_TOO_LARGE
  }

  private final Reason reason;
  private final String summary;
  private final @Nullable Integer exitCode;
  private final String stderrTail;

  /**
   * Creates an exception whose summary is the first line of its message.
   *
   * @param message the whole report
   * @param reason how the tool failed
   * @param exitCode the exit code of the container's process; {@code null} if it was stopped first
   * @param stderrTail the end of what the tool wrote to standard error
   */
  public ToolFailedException(
      String message, Reason reason, @Nullable Integer exitCode, String stderrTail) {
    this(message, message.lines().findFirst().orElse(""), reason, exitCode, stderrTail);
  }

  /**
   * Creates an exception.
   *
   * @param message the whole report
   * @param summary the report in one line, for logs
   * @param reason how the tool failed
   * @param exitCode the exit code of the container's process; {@code null} if it was stopped first
   * @param stderrTail the end of what the tool wrote to standard error
   */
  public ToolFailedException(
      String message,
      String summary,
      Reason reason,
      @Nullable Integer exitCode,
      String stderrTail) {
    super(message);
    this.summary = Printable.line(summary);
    this.reason = requireNonNull(reason, "reason is null");
    this.exitCode = exitCode;
    this.stderrTail = requireNonNull(stderrTail, "stderrTail is null");
    failTask(null);
    setStackTrace(new StackTraceElement[0]);
  }

  /**
   * The report in one line: how the tool failed, with which image, on which partition, and what to
   * do.
   *
   * @return the text, without line ends
   */
  public String summary() {
    return summary;
  }

  /**
   * How the tool failed.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }

  /**
   * The exit code of the container's process; 128 plus the signal's number if a signal ended it.
   *
   * @return the code, or empty if lofn stopped the tool
   */
  public OptionalInt exitCode() {
    return exitCode == null ? OptionalInt.empty() : OptionalInt.of(exitCode);
  }

  /**
   * The end of what the tool wrote to standard error, 64 KiB at most.
   *
   * @return the text, with bytes that are not UTF-8 replaced
   */
  public String stderrTail() {
    return stderrTail;
  }

  /** One line in the JVM in which the tool failed; the whole report on the driver. */
  @Override
  public String toString() {
    return isInTask() ? getClass().getName() + ": " + summary : super.toString();
  }
}
