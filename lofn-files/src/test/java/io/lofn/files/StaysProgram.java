package io.lofn.files;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A program: deletes a tree of which an entry stays, and prints the reason. Arguments: the tree.
 */
final class StaysProgram {

  private StaysProgram() {}

  public static void main(String[] arguments) {
    try {
      FileTree.delete(Path.of(arguments[0]), Writers.LIVING);
      throw new AssertionError("all of it was deleted");
    } catch (IOException e) {
      System.out.println(e.getMessage());
    }
  }
}
