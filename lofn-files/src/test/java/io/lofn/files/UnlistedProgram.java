package io.lofn.files;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A program: opens its directories in one that it may not list, deletes what is in them, and prints
 * the result for each. Arguments: the directories.
 */
final class UnlistedProgram {

  private UnlistedProgram() {}

  public static void main(String[] arguments) throws IOException {
    for (String path : arguments) {
      try (OwnDirectory own = OwnDirectory.open(Path.of(path))) {
        for (Path name : own.names()) {
          own.delete(name, Writers.LIVING);
        }
        System.out.println("emptied");
      } catch (ForeignFileException e) {
        System.out.println("refused");
      }
    }
  }
}
