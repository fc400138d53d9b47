package io.lofn.core.warm;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Reads the lines of a stream, and keeps only the last characters of a long line. */
final class ShellLines {

  private static final int LONGEST = 1 << 13;

  private final InputStream stream;

  ShellLines(InputStream stream) {
    this.stream = new BufferedInputStream(stream);
  }

  /** Returns the next line without its end; null after the last line that has an end. */
  @Nullable String next() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = stream.read(); next >= 0; next = stream.read()) {
      if (next == '\n') {
        return line.toString();
      }
      if (line.length() == LONGEST) {
        line.delete(0, LONGEST / 2);
      }
      line.append((char) next);
    }
    return null;
  }
}
