package io.lofn.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A program: deletes directories of every mode of their owner, empty ones and others, in each other
 * and at the top. Arguments: a directory to do it in.
 */
final class ModesProgram {

  private static final String[] MODES = {"---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx"};

  private ModesProgram() {}

  public static void main(String[] arguments) throws IOException {
    Path base = Path.of(arguments[0]);
    for (String mode : MODES) {
      Path tree = tree(base.resolve("tree"), mode);
      FileTree.delete(tree, Writers.GONE);
      check(!Files.exists(tree, LinkOption.NOFOLLOW_LINKS), mode + " is deleted");
    }
    for (String mode : MODES) {
      livingWriters(tree(base.resolve("tree"), mode), mode);
    }
    aRootOfNoMode(base);
  }

  /** A directory that cannot be opened safely stays and is reported; the others are deleted. */
  private static void livingWriters(Path tree, String mode) throws IOException {
    boolean opens = mode.startsWith("r") && mode.endsWith("x");
    try {
      FileTree.delete(tree, Writers.LIVING);
      check(opens, mode + " is not deleted as long as somebody writes");
    } catch (IOException e) {
      check(!opens, mode + " is deleted although somebody writes: " + e);
      check(e.getMessage().contains("without permission to read and search"), e.getMessage());
      check(e.getMessage().contains("'closed'"), "names what it was: " + e.getMessage());
      check(!Files.exists(tree.resolve("file")), "the rest is deleted");
      FileTree.delete(tree, Writers.GONE);
    }
    check(!Files.exists(tree, LinkOption.NOFOLLOW_LINKS), mode + " is deleted");
  }

  private static void aRootOfNoMode(Path base) throws IOException {
    for (String mode : MODES) {
      Path root = tree(base.resolve("root"), "rwx");
      chmod(root, mode);
      FileTree.empty(root, Writers.GONE);
      FileTree.delete(root, Writers.GONE);
      check(!Files.exists(root, LinkOption.NOFOLLOW_LINKS), "a root of " + mode + " is deleted");
    }
  }

  private static Path tree(Path root, String mode) throws IOException {
    Files.createDirectories(root);
    Files.writeString(root.resolve("file"), "text");
    Path above = closed(root.resolve("closed"));
    Path below = closed(above.resolve("below"));
    chmod(below.resolve("empty"), mode);
    chmod(above.resolve("empty"), mode);
    chmod(below, mode);
    chmod(above, mode);
    return root;
  }

  private static Path closed(Path directory) throws IOException {
    Files.createDirectory(directory);
    Files.createDirectory(directory.resolve("empty"));
    Files.writeString(directory.resolve("file"), "text");
    Files.createSymbolicLink(directory.resolve("link"), Path.of("/"));
    chmod(directory.resolve("file"), "---");
    return directory;
  }

  private static void chmod(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode + "------"));
  }

  private static void check(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
