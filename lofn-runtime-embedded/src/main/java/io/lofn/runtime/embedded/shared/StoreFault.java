package io.lofn.runtime.embedded.shared;

import io.lofn.image.OciLayout;
import java.io.IOException;

/** A file of the store that is not as it should be, or cannot be read. */
final class StoreFault extends IOException {

  private static final long serialVersionUID = 1;

  private final String digest;
  private final boolean damaged;

  private StoreFault(String message, String digest, boolean damaged, IOException cause) {
    super(message, cause);
    this.digest = digest;
    this.damaged = damaged;
  }

  static StoreFault damaged(String digest, String why) {
    return new StoreFault(
        "its file %s is damaged: %s".formatted(OciLayout.blob(digest), why),
        digest,
        true,
        new IOException(why));
  }

  static StoreFault unreadable(String digest, IOException cause) {
    return new StoreFault(
        "its file %s cannot be read: %s".formatted(OciLayout.blob(digest), cause),
        digest,
        false,
        cause);
  }

  String digest() {
    return digest;
  }

  boolean isDamaged() {
    return damaged;
  }
}
