package io.lofn.runtime.podman;

import io.lofn.http.EngineAnswerException;

/**
 * What the service said.
 *
 * @param status of HTTP
 * @param body JSON mostly
 */
record Answer(int status, String body) {

  private static final int NOT_FOUND = 404;

  boolean isSuccess() {
    return status / 100 == 2 || status == 304;
  }

  /** Whether there is no such container or image. */
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
