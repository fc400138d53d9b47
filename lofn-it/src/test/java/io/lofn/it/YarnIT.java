package io.lofn.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.examples.Alignment;
import io.lofn.hdfs.HadoopFiles;
import io.lofn.it.job.OnHdfs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs that are submitted to YARN as the guide says, with all their data in HDFS. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class YarnIT {

  private static final int LINES = 400;
  private static final String WANTED =
      "cat > /tmp/all; sleep 2; grep -x -f /reference/odd -f /more/big /tmp/all || [ $? = 1 ]";

  @TempDir private static Path directory;
  private static Path daemons;
  private static YarnCluster cluster;
  private static HadoopFiles files;

  @BeforeAll
  static void startCluster() throws Exception {
    // Not below the build: a name node finds no disk in a path with a blank.
    daemons = Files.createTempDirectory(Path.of("/tmp"), "lofn-it-");
    cluster = new YarnCluster(daemons);
    files = new HadoopFiles(cluster.configuration());
    Path data = Files.createDirectory(directory.resolve("data"));
    Files.write(data.resolve("input"), lines());
    Files.writeString(Files.createDirectory(data.resolve("reference")).resolve("odd"), "1[0-9]\n");
    Files.writeString(data.resolve("big"), "39[0-9]\n");
    Engines.run("tar", "-czf", data + "/more.tar.gz", "-C", data.toString(), "big");
    files.put(data.resolve("input"), "/input");
    files.put(data.resolve("reference"), "/reference");
    files.put(data.resolve("more.tar.gz"), "/archives/more.tar.gz");
    files.put(LambdaPhage.data().directory(), "/lambda");
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
    Engines.run("rm", "-rf", daemons.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"client", "cluster"})
  void aJobWithAllItsDataInHdfs(String mode) throws Exception {
    long volume = cluster.timesOpened("/reference/odd");
    long archive = cluster.timesOpened("/archives/more.tar.gz");

    String results = "/results/" + mode;
    try (Submission submission =
        submit(mode, 2, Submission.placesOfJob(OnHdfs.class), List.of(results, WANTED))) {
      submission.await();
    }

    List<String> words = read(results + "/words");
    assertThat(words.stream().map(line -> line.split(" ", -1)[1]))
        .containsExactlyElementsOf(lines().stream().filter(YarnIT::isWanted).toList());
    assertThat(words.stream().map(line -> line.split(" ", -1)[0]).distinct()).hasSize(2);
    assertThat(cluster.timesOpened("/reference/odd") - volume).as("downloads").isEqualTo(1);
    assertThat(cluster.timesOpened("/archives/more.tar.gz") - archive)
        .as("downloads of the archive")
        .isEqualTo(1);
    assertThat(new String(bytes(results + "/parts"), UTF_8)).isEqualTo("2");
    assertThat(gunzip(bytes(results + "/all.gz"))).isEqualTo(String.join("\n", lines()) + "\n");
    Engines.waitUntil("YARN has deleted the volumes", () -> left("lofn-volumes-").isEmpty());
    assertThat(left("exchange")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"client", "cluster"})
  void theConsoleOfTheSubmissionSaysWhatTheToolSaid(String mode) throws Exception {
    List<String> arguments =
        List.of("/results/fails-" + mode, "echo the reference is broken >&2; exit 7");
    try (Submission submission = submit(mode, 1, Submission.placesOfJob(OnHdfs.class), arguments)) {
      submission.awaitFailure();

      assertThat(submission.log()).contains("exit code 7", "the reference is broken", "busybox:1");
      if (mode.equals("cluster")) {
        assertThat(submission.log()).contains("final status: FAILED");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"client, minimap2", "cluster, gsnap"})
  void theAlignmentExampleMakesWhatOneContainerMakes(String mode, String aligner) throws Exception {
    LambdaPhage data = LambdaPhage.data();
    List<String> arguments = data.arguments("/lambda", aligner, "/results/" + aligner + ".bam");
    try (Submission submission =
        submit(mode, 2, Submission.placesOfExample(Alignment.class), arguments)) {
      submission.await();
    }
    Path bam = Files.createTempDirectory(directory, "bam").resolve("lambda.bam");
    files.get("/results/" + aligner + ".bam", bam);
    data.check(aligner, bam);
  }

  private static Submission submit(
      String mode, int executors, Map<String, String> program, List<String> arguments)
      throws IOException {
    SparkHome home = SparkHome.of("3.5.6_2.13").withHadoopConf(cluster.conf());
    Map<String, String> places = new HashMap<>(program);
    places.put("--deploy-mode cluster", "--deploy-mode " + mode);
    places.put("--num-executors 2", "--num-executors " + executors);
    List<String> all =
        new ArrayList<>(List.of("--executor-memory", "512m", "--driver-memory", "512m"));
    settings(home).forEach((key, value) -> all.addAll(List.of("--conf", key + "=" + value)));
    all.addAll(Guide.submission("YARN", places));
    all.addAll(arguments);
    return Submission.start(home, Files.createTempDirectory(directory, mode), all);
  }

  private static Map<String, String> settings(SparkHome home) {
    String options = String.join(" ", SparkHome.shortLived());
    return Map.of(
        "spark.executor.extraJavaOptions",
        options,
        "spark.driver.extraJavaOptions",
        options,
        "spark.yarn.am.extraJavaOptions",
        options,
        "spark.yarn.jars",
        "local:" + home.jars(),
        "spark.yarn.maxAppAttempts",
        "1",
        "spark.task.maxFailures",
        "1",
        "spark.scheduler.minRegisteredResourcesRatio",
        "1.0",
        "spark.scheduler.maxRegisteredResourcesWaitingTime",
        "5m");
  }

  private static List<String> lines() {
    return IntStream.range(0, LINES).mapToObj(Integer::toString).toList();
  }

  private static boolean isWanted(String line) {
    return line.matches("1[0-9]|39[0-9]");
  }

  private static List<Path> left(String name) {
    try (Stream<Path> all = Files.walk(cluster.localDirectory())) {
      return all.filter(path -> path.getFileName().toString().startsWith(name)).toList();
    } catch (UncheckedIOException deletedMeanwhile) {
      return List.of(cluster.localDirectory());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The lines of a directory of HDFS, file by file. */
  private static List<String> read(String source) throws IOException {
    Path copy = Files.createTempDirectory(directory, "copy").resolve("data");
    files.get(source, copy);
    List<String> lines = new ArrayList<>();
    try (Stream<Path> parts = Files.list(copy)) {
      for (Path part : parts.sorted().toList()) {
        lines.addAll(Files.readAllLines(part));
      }
    }
    return lines;
  }

  private static byte[] bytes(String file) throws IOException {
    var path = new org.apache.hadoop.fs.Path(file);
    try (var in = FileSystem.get(cluster.configuration()).open(path)) {
      return in.readAllBytes();
    }
  }

  private static String gunzip(byte[] bytes) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
