package io.lofn.files;

import java.io.IOException;
import java.nio.file.Path;

/** Something is where this user's own should be, and is not his, or not his alone. */
public final class ForeignFileException extends IOException {

  private static final long serialVersionUID = 1L;

  /**
   * Names what is there.
   *
   * @param path where
   * @param what what is wrong with it, such as {@code is a symbolic link}
   */
  public ForeignFileException(Path path, String what) {
    super(Names.shown(path) + " " + what);
  }
}
