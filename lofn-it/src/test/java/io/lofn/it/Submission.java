package io.lofn.it;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/** A program that is submitted to a Spark, with the bundle and nothing else of lofn. */
final class Submission implements AutoCloseable {

  private static final int PATIENCE_MINUTES = 8;

  private final Path log;
  private final Process process;

  private Submission(Path log, Process process) {
    this.log = log;
    this.process = process;
  }

  /**
   * Submits a program.
   *
   * @param directory for its log and for what Spark keeps locally
   * @param arguments those of {@code spark-submit}
   */
  static Submission start(SparkHome home, Path directory, List<String> arguments)
      throws IOException {
    Path log = directory.resolve("submission.log");
    List<String> all =
        new ArrayList<>(
            List.of(
                "--conf",
                "spark.ui.enabled=false",
                "--conf",
                "spark.local.dir=" + directory.resolve("local")));
    all.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(home.submit(all)).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(home.environment());
    return new Submission(log, builder.start());
  }

  /** Waits until it has ended well. */
  void await() throws IOException, InterruptedException {
    assertThat(exitCode()).as(log()).isZero();
  }

  /** Waits until it has failed. */
  void awaitFailure() throws IOException, InterruptedException {
    assertThat(exitCode()).as(log()).isNotZero();
  }

  private int exitCode() throws IOException, InterruptedException {
    boolean ended = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
    assertThat(ended).as(log()).isTrue();
    return process.exitValue();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  /** Ends it if it still runs. */
  @Override
  public void close() {
    process.destroy();
  }

  /** All of lofn in one jar. */
  static Path bundle() throws IOException {
    return only(Path.of("../lofn-bundle/target"), "lofn-bundle-*.jar");
  }

  /** What stands in the guide for the reader's own, and a program of {@code io.lofn.it.job}. */
  static Map<String, String> placesOfJob(Class<?> program) throws IOException {
    return places(program, job(), bundle());
  }

  /** The same for a program of lofn's examples. */
  static Map<String, String> placesOfExample(Class<?> program) throws IOException {
    Path jar = only(Path.of("../lofn-examples/target"), "lofn-examples-*.jar");
    URL picocli = CommandLine.class.getProtectionDomain().getCodeSource().getLocation();
    return places(program, jar, bundle(), Path.of(picocli.getPath()));
  }

  private static Map<String, String> places(Class<?> program, Path jar, Path... jars) {
    return Map.of(
        "lofn-bundle-1.0.0.jar",
        Arrays.stream(jars).map(Path::toString).collect(joining(",")),
        "your.Program",
        program.getName(),
        "your-program.jar",
        jar.toString());
  }

  /** The programs of the package {@code io.lofn.it.job}. */
  static Path job() throws IOException {
    return only(Path.of("target"), "lofn-it-*-job.jar");
  }

  private static Path only(Path directory, String glob) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, glob)) {
      files.forEach(found::add);
    }
    assertThat(found).as("%s in %s", glob, directory.toAbsolutePath()).hasSize(1);
    return found.get(0).toAbsolutePath().normalize();
  }
}
