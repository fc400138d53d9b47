package io.lofn.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;

/** Limits the names of entries of tar files, which the format does not. */
final class EntryNames {

  /** The limit of Linux for a path. */
  private static final int LONGEST = 4096;

  private static final int SHOWN = 100;

  private EntryNames() {}

  static int bytes(String name) {
    return name.getBytes(UTF_8).length;
  }

  /**
   * Returns the length of a name in bytes.
   *
   * @throws IOException if no file can have it
   */
  static int check(String name) throws IOException {
    int bytes = bytes(name);
    if (bytes > LONGEST) {
      throw new IOException(
          "A name in it, which begins with '%s', has %d bytes, and Linux allows %d"
              .formatted(name.substring(0, SHOWN), bytes, LONGEST));
    }
    return bytes;
  }
}
