package io.lofn.files;

import java.io.IOException;
import java.nio.file.Path;

/** Thrown when a directory that must be private belongs to another user, or is open to others. */
public final class ForeignFileException extends IOException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param path the path
   * @param what what is wrong with it, such as {@code is a symbolic link}
   */
  public ForeignFileException(Path path, String what) {
    super(Names.shown(path) + " " + what);
  }
}
