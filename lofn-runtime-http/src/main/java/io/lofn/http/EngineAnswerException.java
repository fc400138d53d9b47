package io.lofn.http;

import java.io.IOException;

/** Thrown when an engine answers with an error. */
public final class EngineAnswerException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final String body;

  /**
   * @param status the HTTP status
   * @param body the body of the answer
   */
  public EngineAnswerException(int status, String body) {
    super("Status " + status + ": " + body);
    this.status = status;
    this.body = body;
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
