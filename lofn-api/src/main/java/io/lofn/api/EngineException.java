package io.lofn.api;

/**
 * The engine failed, not the tool: it could not be reached, did not answer in time, or refused what
 * it was asked.
 */
public class EngineException extends LofnException {

  private static final long serialVersionUID = 1L;

  private final boolean transientFailure;

  private EngineException(String message, Throwable cause, boolean transientFailure) {
    super(message, cause);
    this.transientFailure = transientFailure;
  }

  /**
   * A failure that the same call would meet again.
   *
   * @param message what was asked of which engine, and its answer
   */
  public EngineException(String message) {
    super(message);
    this.transientFailure = false;
  }

  /**
   * A failure that the same call would meet again.
   *
   * @param message what was asked of which engine, and its answer
   * @param cause what was thrown
   */
  public EngineException(String message, Throwable cause) {
    this(message, cause, false);
  }

  /**
   * A failure that may pass, such as a refused connection or a name that is still taken.
   *
   * @param message what was asked of which engine, and its answer
   * @param cause what was thrown
   * @return the exception
   */
  public static EngineException transientFailure(String message, Throwable cause) {
    return new EngineException(message, cause, true);
  }

  /**
   * Whether the same call may work a little later.
   *
   * @return {@code true} if it is worth repeating
   */
  public final boolean isTransient() {
    return transientFailure;
  }
}
