package io.lofn.http;

import java.io.IOException;

/** Those of an engine that answers in plain words. */
final class PlainErrors extends EngineErrors {

  PlainErrors() {
    super("Engine");
  }

  @Override
  protected String text(String body) {
    return body;
  }

  @Override
  protected boolean isMissingImage(int status, String text) {
    return false;
  }

  @Override
  protected boolean isPassing(int status, String text) {
    return status >= 500;
  }

  @Override
  protected String explain(IOException failure) {
    return String.valueOf(failure.getMessage());
  }

  @Override
  protected boolean isLasting(IOException failure) {
    return false;
  }
}
