package io.lofn.api;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** Opens gzip. A tool that wrote nothing at all has an empty output, not a broken one. */
final class Gzip {

  private Gzip() {}

  static InputStream open(InputStream in, int bufferSize) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(in, bufferSize);
    buffered.mark(1);
    if (buffered.read() < 0) {
      return buffered;
    }
    buffered.reset();
    return new GZIPInputStream(buffered, bufferSize);
  }
}
