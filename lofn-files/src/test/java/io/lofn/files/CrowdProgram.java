package io.lofn.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A program: creates a directory with so many entries that their names alone fill its memory,
 * measures it, and deletes it. Arguments: a directory to do it in.
 */
final class CrowdProgram {

  private static final int FILES = 50_000;
  private static final int DIRECTORIES = 2_000;

  private CrowdProgram() {}

  public static void main(String[] arguments) throws IOException {
    Path tree = Files.createDirectory(Path.of(arguments[0]).resolve("crowd"));
    String end = "-" + "n".repeat(200);
    for (int i = 0; i < FILES; i++) {
      Files.createFile(tree.resolve(i + end));
    }
    for (int i = 0; i < DIRECTORIES; i++) {
      Files.createFile(Files.createDirectory(tree.resolve("d" + i + end)).resolve("file"));
    }
    TreeSize size = FileTree.measure(tree);
    if (size.files() != FILES + DIRECTORIES || size.unseen() != 0) {
      throw new AssertionError(size.toString());
    }
    FileTree.delete(tree, Writers.LIVING);
    if (Files.exists(tree)) {
      throw new AssertionError("not deleted");
    }
  }
}
