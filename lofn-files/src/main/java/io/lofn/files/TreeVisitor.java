package io.lofn.files;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;

/** Is shown the regular files of a tree. */
@FunctionalInterface
public interface TreeVisitor {

  /**
   * Sees a regular file.
   *
   * @param name its name relative to the tree; the bytes of its parts are those on the disk, UTF-8
   *     or not, as long as nobody makes a string of it
   * @param attributes what it was when it was seen
   * @throws IOException to end the walk
   */
  void file(Path name, PosixFileAttributes attributes) throws IOException;

  /**
   * Sees a directory that cannot be walked. Ends the walk unless an implementation does otherwise.
   *
   * @param name its name relative to the tree; the nearest directory with a name that the system
   *     can take, if its own is longer
   * @param reason why not
   * @throws IOException to end the walk
   */
  default void unseen(Path name, IOException reason) throws IOException {
    throw reason;
  }
}
