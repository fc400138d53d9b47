package io.lofn.runtime.embedded.store;

import io.lofn.api.PullPolicy;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.RuntimeConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/** Loads an archive or pulls an image in a JVM of its own, and prints why it could not. */
final class StoreProgram {

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final String UNLIMITED = "100g";

  private StoreProgram() {}

  /** The command that loads: arguments are the store and the archive. */
  static List<String> command(Path store, Path archive) {
    return command(store, archive, UNLIMITED);
  }

  /** The command that pulls by HTTP from a registry of this machine. */
  static List<String> pull(Path store, String image) {
    return pull(store, image, "127.0.0.1");
  }

  /** The command that pulls: arguments are the store, the image, and which hosts are insecure. */
  static List<String> pull(Path store, String image, String insecure) {
    return command(List.of("pull", store.toString(), image, insecure));
  }

  /**
   * The command that pulls by HTTP into as many stores at once, which are those of nodes that share
   * images.
   */
  static List<String> share(Path stores, String image, Path shared, int nodes) {
    List<String> command =
        command(
            List.of("share", stores.toString(), image, "127.0.0.1", shared.toString(), "" + nodes));
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

  /** The command that loads into a store of limited size. */
  static List<String> command(Path store, Path archive, String maxSize) {
    return command(List.of("load", store.toString(), archive.toString(), maxSize));
  }

  /** The command that opens an image that is here. */
  static List<String> open(Path store, String image) {
    return command(List.of("open", store.toString(), image, UNLIMITED));
  }

  /** The command that opens an image, and uses it until it is killed. */
  static List<String> hold(Path store, String image) {
    return command(List.of("hold", store.toString(), image, UNLIMITED));
  }

  @SuppressWarnings("SystemOut") // The test reads it.
  public static void main(String[] arguments) throws Exception {
    try {
      Path directory = Path.of(arguments[1]);
      String argument = arguments[2];
      switch (arguments[0]) {
        case "load" -> limited(directory, arguments[3]).load(Path.of(argument), PATIENCE);
        case "share" -> share(directory, arguments);
        case "pull" -> {
          Map<String, String> settings = Map.of("insecureRegistries", arguments[3]);
          ImageStore images = TestImage.store(directory, settings);
          System.out.println(images.prepare(ImageRequest.of(argument)).id());
        }
        default -> {
          ImageStore images = limited(directory, arguments[3]);
          System.out.println(images.open(images.prepare(request(argument)).id()).root());
        }
      }
    } catch (RuntimeException e) {
      System.out.println(e.getMessage());
    }
    if (arguments[0].equals("hold")) {
      new CountDownLatch(1).await();
    }
  }

  private static ImageRequest request(String image) {
    return ImageRequest.of(image).policy(PullPolicy.NEVER);
  }

  private static ImageStore limited(Path directory, String maxSize) {
    return TestImage.store(directory, Map.of("images.maxSize", maxSize));
  }

  @SuppressWarnings("SystemOut") // The test reads it.
  private static void share(Path stores, String[] arguments) {
    RuntimeConfig config =
        RuntimeConfig.of(Map.of("insecureRegistries", arguments[3], "store", arguments[4]))
            .callTimeout(Duration.ofSeconds(3));
    IntStream.range(0, Integer.parseInt(arguments[5]))
        .mapToObj(
            i ->
                CompletableFuture.runAsync(
                    () -> {
                      ImageStore node = TestImage.store(stores.resolve("node" + i), config);
                      String id = node.prepare(ImageRequest.of(arguments[2])).id();
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
