package io.lofn.runtime.embedded;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/** What the jar carries beside its classes. */
final class EmbeddedResources {

  private EmbeddedResources() {}

  static InputStream open(String name) throws IOException {
    InputStream stream = EmbeddedResources.class.getResourceAsStream(name);
    if (stream == null) {
      throw new FileNotFoundException(
          "no " + name + " among the classes; build.sh has not built it");
    }
    return stream;
  }
}
