package io.lofn.hdfs;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Closes local trees to other users. Symbolic links are never followed. */
final class SealedTree {

  /** The modes of a tree. */
  enum Modes {
    /** What a tool copies is the tool's to change; the tree itself is mounted read-only. */
    USUAL("rw-r--r--", "rwxr-xr-x"),
    /** For where it cannot be mounted so. */
    WRITE_PROTECTED("r--r--r--", "r-xr-xr-x");

    private final String data;
    private final String program;

    Modes(String data, String program) {
      this.data = data;
      this.program = program;
    }
  }

  private SealedTree() {}

  private static Set<PosixFilePermission> permissions(String text) {
    return PosixFilePermissions.fromString(text);
  }

  /** Lets every user of the node read a tree, whose tools may be others, and no other write it. */
  static void seal(Path tree, Modes modes) throws IOException {
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (!attributes.isSymbolicLink()) {
              boolean program =
                  Files.getPosixFilePermissions(file).contains(PosixFilePermission.OWNER_EXECUTE);
              Files.setPosixFilePermissions(
                  file, permissions(program ? modes.program : modes.data));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            Files.setPosixFilePermissions(directory, permissions(modes.program));
            return super.postVisitDirectory(directory, failure);
          }
        });
  }
}
