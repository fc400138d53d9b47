package io.lofn.runtime.embedded.store;

import io.lofn.spi.ImageRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Loads an archive or pulls an image in a JVM of its own, and prints why it could not. */
final class StoreProgram {

  private StoreProgram() {}

  /** The command that loads: arguments are the store and the archive. */
  static List<String> command(Path store, Path archive) {
    return command(store, "load", archive.toString());
  }

  /** The command that pulls by HTTP from a registry of this machine. */
  static List<String> pull(Path store, String image) {
    return pull(store, image, "127.0.0.1");
  }

  /** The command that pulls; one argument more says which registries are insecure. */
  static List<String> pull(Path store, String image, String insecure) {
    return command(store, insecure, image);
  }

  private static List<String> command(Path store, String what, String of) {
    return new ArrayList<>(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            StoreProgram.class.getName(),
            store.toString(),
            what,
            of));
  }

  @SuppressWarnings("SystemOut") // The test reads it.
  public static void main(String[] arguments) {
    try {
      Path store = Path.of(arguments[0]);
      ImageStore images = TestImage.store(store, Map.of("insecureRegistries", arguments[1]));
      if (arguments[1].equals("load")) {
        images.load(Path.of(arguments[2]), Duration.ofMinutes(5));
      } else {
        System.out.println(images.prepare(ImageRequest.of(arguments[2])).id());
      }
    } catch (RuntimeException e) {
      System.out.println(e.getMessage());
    }
  }
}
