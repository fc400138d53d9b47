package io.lofn.runtime.podman;

import io.lofn.http.EngineAnswerException;

/**
 * An answer of the service.
 *
 * @param status the HTTP status
 * @param body the body, usually JSON
 */
record Answer(int status, String body) {

  private static final int NOT_FOUND = 404;

  boolean isSuccess() {
    return status / 100 == 2 || status == 304;
  }

  /** Returns whether there is no such container or image. */
  boolean isNotFound() {
    return status == NOT_FOUND || says("no such container");
  }

  boolean says(String words) {
    return !isSuccess() && body.contains(words);
  }

  EngineAnswerException failure() {
    return new EngineAnswerException(status, body);
  }
}
