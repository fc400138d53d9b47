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

/** Makes local trees read-only. Symbolic links are never followed. */
final class SealedTree {

  private static final Set<PosixFilePermission> READ = permissions("r--r--r--");
  private static final Set<PosixFilePermission> READ_AND_EXECUTE = permissions("r-xr-xr-x");

  private SealedTree() {}

  private static Set<PosixFilePermission> permissions(String text) {
    return PosixFilePermissions.fromString(text);
  }

  /**
   * Makes a tree readable for every user of the node, since tools may run as other users, and
   * writable for nobody.
   */
  static void seal(Path tree) throws IOException {
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (!attributes.isSymbolicLink()) {
              boolean program =
                  Files.getPosixFilePermissions(file).contains(PosixFilePermission.OWNER_EXECUTE);
              Files.setPosixFilePermissions(file, program ? READ_AND_EXECUTE : READ);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            Files.setPosixFilePermissions(directory, READ_AND_EXECUTE);
            return super.postVisitDirectory(directory, failure);
          }
        });
  }
}
