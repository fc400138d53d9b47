package io.lofn.runtime.podman;

import java.io.IOException;

/** An engine answered, but not what was hoped for. */
final class EngineAnswerException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final String body;

  EngineAnswerException(int status, String body) {
    super("Status " + status + ": " + body);
    this.status = status;
    this.body = body;
  }

  int status() {
    return status;
  }

  String body() {
    return body;
  }
}
