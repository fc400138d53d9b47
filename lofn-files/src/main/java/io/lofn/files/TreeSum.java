package io.lofn.files;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;

/** Adds up the files of a tree. */
final class TreeSum implements TreeVisitor {

  private long files;
  private long bytes;
  private long unseen;

  @Override
  public void file(Path name, PosixFileAttributes attributes) {
    files++;
    long size = attributes.size(); // may be Long.MAX_VALUE for a file with holes
    bytes = bytes > Long.MAX_VALUE - size ? Long.MAX_VALUE : bytes + size;
  }

  @Override
  public void unseen(Path name, IOException reason) {
    unseen++;
  }

  TreeSize size() {
    return new TreeSize(files, bytes, unseen);
  }
}
