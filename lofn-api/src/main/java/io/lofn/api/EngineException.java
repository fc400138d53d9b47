package io.lofn.api;

/**
 * Thrown when the engine failed, not the tool: it could not be reached, did not answer in time, or
 * refused a request.
 */
public class EngineException extends LofnException {

  private static final long serialVersionUID = 1L;

  private final boolean transientFailure;

  private EngineException(String message, Throwable cause, boolean transientFailure) {
    super(message, cause);
    this.transientFailure = transientFailure;
  }

  /**
   * Creates an exception for a permanent failure, which a retry would meet again.
   *
   * @param message the request, the engine, and its answer
   */
  public EngineException(String message) {
    super(message);
    this.transientFailure = false;
  }

  /**
   * Creates an exception for a permanent failure, which a retry would meet again.
   *
   * @param message the request, the engine, and its answer
   * @param cause the cause
   */
  public EngineException(String message, Throwable cause) {
    this(message, cause, false);
  }

  /**
   * Creates an exception for a transient failure, such as a refused connection or a name that is
   * still taken.
   *
   * @param message the request, the engine, and its answer
   * @param cause the cause
   * @return the exception
   */
  public static EngineException transientFailure(String message, Throwable cause) {
    return new EngineException(message, cause, true);
  }

  /**
   * Returns whether a retry may succeed a little later.
   *
   * @return {@code true} if the caller should retry
   */
  public final boolean isTransient() {
    return transientFailure;
  }
}
