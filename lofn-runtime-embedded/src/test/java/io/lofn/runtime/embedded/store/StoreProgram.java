package io.lofn.runtime.embedded.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Loads an archive in a JVM of its own, and prints why it could not. */
final class StoreProgram {

  private StoreProgram() {}

  /** The command that runs it: arguments are the store and the archive. */
  static List<String> command(Path store, Path archive) {
    return new ArrayList<>(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            StoreProgram.class.getName(),
            store.toString(),
            archive.toString()));
  }

  @SuppressWarnings("SystemOut") // The test reads it.
  public static void main(String[] arguments) {
    try {
      Path store = Path.of(arguments[0]);
      TestImage.store(store).load(Path.of(arguments[1]), Duration.ofMinutes(5));
    } catch (RuntimeException e) {
      System.out.println(e.getMessage());
    }
  }
}
