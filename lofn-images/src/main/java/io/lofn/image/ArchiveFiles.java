package io.lofn.image;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/** The files of an archive of images, by their names. Not thread-safe. */
public interface ArchiveFiles extends Closeable {

  /** Returns whether there is a regular file of this name. */
  boolean has(String name);

  /**
   * Opens a file. Several may be open at a time.
   *
   * @throws IOException if there is no such file
   */
  InputStream open(String name) throws IOException;

  /** Returns whether the digests of files are checked before they are opened. */
  default boolean areChecked() {
    return false;
  }

  @Override
  void close() throws IOException;

  /** Returns the failure that a file is not there. */
  static IOException missing(String name) {
    return new IOException("it has no file " + name);
  }
}
