package io.lofn.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The engines of this machine as somebody outside of lofn sees them. */
final class Engines {

  /** The ways to run a tool by an engine; one that is down fails its tests. */
  static final List<Map<String, String>> WITH_ENGINES =
      List.of(
          Map.of("spark.lofn.runtime", "docker"),
          Map.of("spark.lofn.runtime", "podman"),
          Map.of("spark.lofn.runtime", "cli", "spark.lofn.cli.command", "docker"),
          Map.of("spark.lofn.runtime", "cli", "spark.lofn.cli.command", "podman"));

  /** The ways to run a tool here that can do all that lofn can; each is a real one. */
  static final List<Map<String, String>> RUNTIMES =
      Stream.concat(WITH_ENGINES.stream(), Stream.of(EmbeddedNode.embedded())).toList();

  /**
   * Each engine once, for what lofn does whatever runs the tool; that all runtimes do the same is
   * for their contract to show, and for {@link EveryRuntimeIT}.
   */
  static final List<Map<String, String>> ENGINES = WITH_ENGINES.subList(0, 2);

  /** Each engine once, and lofn without one. */
  static final List<Map<String, String>> EACH =
      Stream.concat(ENGINES.stream(), Stream.of(EmbeddedNode.embedded())).toList();

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Engines() {}

  /** The ids of all containers of docker, podman and lofn itself that carry a label. */
  static List<String> containers(String label) {
    Stream<String> ofEngines =
        Stream.of("docker", "podman")
            .flatMap(
                command ->
                    run(command, "ps", "-a", "-q", "--no-trunc", "--filter", "label=" + label)
                        .lines());
    return Stream.concat(ofEngines, EmbeddedNode.labelled(label).stream()).toList();
  }

  /** What a command prints; fails unless it ends well. */
  static String run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).as("%s: %s", List.of(command), output).isZero();
      return output;
    } catch (IOException e) {
      throw new AssertionError("Cannot run " + List.of(command), e);
    } catch (InterruptedException e) {
      throw new AssertionError("Interrupted", e);
    }
  }

  /**
   * Removes images of docker and podman. Podman cannot list images while one goes, so tests list
   * and remove them one after the other.
   *
   * @param names which, by name and tag or by name and digest
   */
  static void removeImages(Predicate<String> names) {
    for (String engine : List.of("docker", "podman")) {
      for (String form : List.of("{{.Repository}}:{{.Tag}}", "{{.Repository}}@{{.Digest}}")) {
        exclusivelyOnImages(engine, "images", "--digests", "--format", form)
            .lines()
            .filter(name -> names.test(name) && !name.contains("<none>"))
            .distinct()
            .forEach(name -> exclusivelyOnImages(engine, "rmi", name));
      }
    }
  }

  /** What a command of an engine prints that lists or removes images. */
  static String exclusivelyOnImages(String... command) {
    try {
      return Forks.<String, RuntimeException>exclusively("images", () -> run(command));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The exchanges that lie below a local directory. */
  static List<Path> exchanges(Path localDirectory) {
    List<Path> exchanges = new ArrayList<>();
    try {
      Files.walkFileTree(
          localDirectory,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
              if (path.endsWith("exchange")) {
                exchanges.add(path);
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path path, IOException e) {
              return FileVisitResult.CONTINUE; // deleted meanwhile
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return exchanges;
  }

  /** A failure, its cause, the cause of that, and so on. */
  static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
  }

  static void waitUntil(String what, BooleanSupplier condition) throws InterruptedException {
    waitUntil(what, PATIENCE, condition);
  }

  static void waitUntil(String what, Duration atMost, BooleanSupplier condition)
      throws InterruptedException {
    Instant end = Instant.now().plus(atMost);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).as("waiting until " + what).isBefore(end);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }
}
