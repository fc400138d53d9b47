package io.lofn.http;

import java.io.IOException;

/** An engine answered, but not what was hoped for. */
public final class EngineAnswerException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final String body;

  /**
   * @param status of HTTP
   * @param body what the engine said
   */
  public EngineAnswerException(int status, String body) {
    super("Status " + status + ": " + body);
    this.status = status;
    this.body = body;
  }

  /** The status of HTTP. */
  public int status() {
    return status;
  }

  /** What the engine said. */
  public String body() {
    return body;
  }
}
