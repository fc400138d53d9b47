package io.lofn.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Thrown when an engine answers with an error. */
public final class EngineAnswerException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final String body;
  private final String retryAfter;

  /**
   * @param status the HTTP status
   * @param body the body of the answer
   */
  public EngineAnswerException(int status, String body) {
    this(status, body, null);
  }

  /**
   * @param status of HTTP
   * @param body what the engine said
   * @param retryAfter the value of the header of that name, if there was one
   */
  public EngineAnswerException(int status, String body, @Nullable String retryAfter) {
    super("Status " + status + ": " + body);
    this.status = status;
    this.body = body;
    this.retryAfter = retryAfter == null ? "" : retryAfter;
  }

  /** When the engine wants to be asked again, as it said; empty if it did not. */
  String retryAfter() {
    return retryAfter;
  }

  /** Returns the HTTP status. */
  public int status() {
    return status;
  }

  /** Returns the body of the answer. */
  public String body() {
    return body;
  }
}
