package io.lofn.files;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;

/** Visits the regular files of a tree. */
@FunctionalInterface
public interface TreeVisitor {

  /**
   * Called for a regular file.
   *
   * @param name its name relative to the tree; as a path it keeps the bytes on disk, UTF-8 or not;
   *     a conversion to a string may change them
   * @param attributes its attributes when it was read
   * @throws IOException to end the walk
   */
  void file(Path name, PosixFileAttributes attributes) throws IOException;

  /**
   * Called for a directory that cannot be read. Ends the walk unless an implementation overrides
   * it.
   *
   * @param name its name relative to the tree; the nearest parent with a name that the system
   *     accepts, if its own is longer
   * @param reason why it cannot be read
   * @throws IOException to end the walk
   */
  default void unseen(Path name, IOException reason) throws IOException {
    throw reason;
  }
}
