package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.examples.Alignment;
import io.lofn.it.job.Operations;
import io.lofn.it.job.Slow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Jobs that are submitted to a cluster whose machines have Spark, an engine, and nothing of lofn.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StandaloneSubmitIT {

  private static final SparkHome HOME = SparkHome.of("3.5.6_2.13");
  private static final int RECORDS = 12;

  @TempDir private static Path clusterDirectory;
  private static StandaloneCluster cluster;

  @TempDir private Path directory;

  @BeforeAll
  static void startCluster() {
    cluster = new StandaloneCluster(clusterDirectory, HOME, 2, 2);
  }

  @AfterAll
  static void stopCluster() {
    if (cluster != null) {
      cluster.close();
    }
  }

  /** The submission is the one of the guide. */
  @Test
  void everyOperationRunsOnTheClusterAsTheGuideSays() throws Exception {
    OperationsCheck check = new OperationsCheck(directory, List.of("docker", "podman"));
    try (Submission submission =
        submit(directory, Submission.placesOfJob(Operations.class), check.arguments())) {
      submission.await();
      assertThat(submission.log()).contains("Registered executor", "(127.0.0.2:", "(127.0.0.3:");
    }
    check.allIsRight();
    assertThat(directory.resolve("outputs")).isEmptyDirectory();
    awaitNothingLeft(directory);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gsnap", "minimap2"})
  void theAlignmentExampleMakesWhatOneContainerMakes(String aligner) throws Exception {
    LambdaPhage data = LambdaPhage.data();
    Path bam = directory.resolve("lambda.bam");
    List<String> arguments = data.arguments(data.directory().toString(), aligner, bam.toString());
    try (Submission submission =
        submit(directory, Submission.placesOfExample(Alignment.class), arguments)) {
      submission.await();
    }
    data.check(aligner, bam);
  }

  @Test
  void anExecutorThatIsKilledCostsAnotherAttemptAndLeavesNothing() throws Exception {
    try (Submission submission = submitSlow(directory)) {
      String application = await(directory.resolve("application"));
      awaitRunIn(directory);
      executorsOf(application).get(0).destroyForcibly();
      Files.createFile(directory.resolve("go"));
      submission.await();
    }
    assertAllRecordsIn(directory);
    awaitNothingLeft(directory);
  }

  @Test
  void twoApplicationsOnTheSameNodesDoNotTouchEachOther() throws Exception {
    Path harmed = Files.createDirectory(directory.resolve("harmed"));
    Path unharmed = Files.createDirectory(directory.resolve("unharmed"));
    try (Submission one = submitSlow(harmed, "--total-executor-cores", "2");
        Submission other = submitSlow(unharmed, "--total-executor-cores", "2")) {
      String victim = await(harmed.resolve("application"));
      awaitRunIn(harmed);
      awaitRunIn(unharmed);

      executorsOf(victim).forEach(ProcessHandle::destroyForcibly);

      Files.createFile(harmed.resolve("go"));
      Files.createFile(unharmed.resolve("go"));
      one.await();
      other.await();
    }
    assertAllRecordsIn(harmed);
    assertAllRecordsIn(unharmed);
    assertThat(Files.readAllLines(unharmed.resolve("runs"))).as("runs").hasSize(RECORDS);
    assertThat(Files.readAllLines(harmed.resolve("runs"))).as("runs").hasSizeGreaterThan(RECORDS);
    awaitNothingLeft(harmed);
    awaitNothingLeft(unharmed);
  }

  private Submission submitSlow(Path results, String... options) throws IOException {
    return submit(
        results,
        Submission.placesOfJob(Slow.class),
        List.of(results.toString(), Integer.toString(RECORDS)),
        options);
  }

  private Submission submit(
      Path results, Map<String, String> program, List<String> arguments, String... options)
      throws IOException {
    Map<String, String> places = new HashMap<>(program);
    places.put("HOST:7077", cluster.master());
    places.put("/mnt/shared/lofn", results.resolve("outputs").toString());
    List<String> all =
        new ArrayList<>(
            List.of(
                "--executor-memory",
                "512m",
                "--conf",
                "spark.driver.host=127.0.0.1",
                "--conf",
                "spark.executor.extraJavaOptions=" + String.join(" ", SparkHome.shortLived()),
                "--conf",
                "spark.lofn.cleanup.interval=1s"));
    all.addAll(Arrays.asList(options));
    all.addAll(Guide.submission("Standalone", places));
    all.addAll(arguments);
    return Submission.start(HOME, results, all);
  }

  private static String await(Path file) throws InterruptedException {
    Engines.waitUntil(file + " is written", () -> Files.exists(file) && !read(file).isEmpty());
    return read(file);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** After the JVMs of its executors have started, several at once. */
  private static void awaitRunIn(Path results) throws InterruptedException {
    Path runs = results.resolve("runs");
    Engines.waitUntil(
        runs + " has a line",
        Duration.ofMinutes(3),
        () -> Files.exists(runs) && !read(runs).isEmpty());
  }

  private static void awaitNothingLeft(Path results) throws InterruptedException {
    String label = "io.lofn.application=" + await(results.resolve("application"));
    Engines.waitUntil("no container is left", () -> Engines.containers(label).isEmpty());
    Engines.waitUntil("no exchange is left", () -> Engines.exchanges(clusterDirectory).isEmpty());
  }

  private static List<ProcessHandle> executorsOf(String application) {
    return cluster.executors().stream()
        .filter(executor -> read(commandLineOf(executor)).contains(application))
        .toList();
  }

  private static Path commandLineOf(ProcessHandle process) {
    return Path.of("/proc", Long.toString(process.pid()), "cmdline");
  }

  private static void assertAllRecordsIn(Path results) throws IOException {
    assertThat(Files.readAllLines(results.resolve("records")))
        .isEqualTo(IntStream.range(0, RECORDS).mapToObj(Integer::toString).toList());
  }
}
