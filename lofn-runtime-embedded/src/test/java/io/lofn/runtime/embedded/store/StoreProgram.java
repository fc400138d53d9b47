package io.lofn.runtime.embedded.store;

import io.lofn.spi.ImageRequest;
import io.lofn.spi.RuntimeConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** Loads an archive or pulls an image in a JVM of its own, and prints why it could not. */
final class StoreProgram {

  private StoreProgram() {}

  /** The command that loads: arguments are the store and the archive. */
  static List<String> command(Path store, Path archive) {
    return command(List.of(store.toString(), archive.toString()));
  }

  /** The command that pulls by HTTP from a registry of this machine. */
  static List<String> pull(Path store, String image) {
    return pull(store, image, "127.0.0.1");
  }

  /** The command that pulls: arguments are the store, the image, and which hosts are insecure. */
  static List<String> pull(Path store, String image, String insecure) {
    return command(List.of(store.toString(), image, insecure));
  }

  /**
   * The command that pulls by HTTP into as many stores at once, which are those of nodes that share
   * images.
   */
  static List<String> share(Path stores, String image, Path shared, int nodes) {
    List<String> command =
        command(List.of(stores.toString(), image, "127.0.0.1", shared.toString(), "" + nodes));
    command.add(1, "-Dorg.slf4j.simpleLogger.logFile=System.out");
    return command;
  }

  private static List<String> command(List<String> arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                StoreProgram.class.getName()));
    command.addAll(arguments);
    return command;
  }

  @SuppressWarnings("SystemOut") // The test reads it.
  public static void main(String[] arguments) {
    try {
      Path store = Path.of(arguments[0]);
      if (arguments.length == 2) {
        TestImage.store(store).load(Path.of(arguments[1]), Duration.ofMinutes(5));
      } else if (arguments.length == 5) {
        share(store, arguments);
      } else {
        ImageStore images = TestImage.store(store, Map.of("insecureRegistries", arguments[2]));
        System.out.println(images.prepare(ImageRequest.of(arguments[1])).id());
      }
    } catch (RuntimeException e) {
      System.out.println(e.getMessage());
    }
  }

  @SuppressWarnings("SystemOut") // The test reads it.
  private static void share(Path stores, String[] arguments) {
    RuntimeConfig config =
        RuntimeConfig.of(Map.of("insecureRegistries", arguments[2], "store", arguments[3]))
            .callTimeout(Duration.ofSeconds(3));
    IntStream.range(0, Integer.parseInt(arguments[4]))
        .mapToObj(
            i ->
                CompletableFuture.runAsync(
                    () -> {
                      ImageStore node = TestImage.store(stores.resolve("node" + i), config);
                      String id = node.prepare(ImageRequest.of(arguments[1])).id();
                      System.out.println(id);
                      if (Files.isSymbolicLink(node.open(id).root())) {
                        System.out.println("in place");
                      }
                    },
                    each -> new Thread(each, "node" + i).start()))
        .toList()
        .forEach(CompletableFuture::join);
  }
}
