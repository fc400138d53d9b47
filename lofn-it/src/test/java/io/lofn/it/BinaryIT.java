package io.lofn.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.BinaryFile;
import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.spark.BinaryOutputs;
import io.lofn.spark.Lofn;
import io.lofn.spark.ReduceShape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.input.PortableDataStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Binary outputs of real tools; the examples of {@code docs/binary.md} are among them. */
class BinaryIT {

  private static final String IMAGE = "busybox:1";

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @TempDir private Path home;

  static List<Map<String, String>> runtimes() {
    return Engines.EACH;
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    SPARK.awaitNothingLeft();
    Engines.waitUntil("no output is left", () -> below(home).isEmpty());
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void theDirectoryLivesUntilItIsClosed(Map<String, String> runtime) throws IOException {
    Lofn lofn = lofn(runtime);
    JavaSparkContext context = SPARK.context();
    JavaRDD<String> lines = lines(5_000, 3);
    Path directory;

    Tool<String, BinaryFile> compress =
        Tool.pipe(IMAGE).command("gzip").output(BinaryFile.fromStdout());
    try (BinaryOutputs out = lofn.mapBinary(lines, compress)) {
      JavaPairRDD<String, PortableDataStream> files = context.binaryFiles(out.path());
      assertThat(files.count()).isEqualTo(3);

      directory = directoryOf(out);
      assertThat(below(directory))
          .containsExactly("part-00000.bin", "part-00001.bin", "part-00002.bin");
      List<String> texts = files.sortByKey().values().map(file -> gunzip(file.toArray())).collect();
      assertThat(String.join("", texts)).isEqualTo(textOf(5_000));
    }

    assertThat(directory).doesNotExist();
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void directoriesAreKeptWhole(Map<String, String> runtime) {
    Lofn lofn = lofn(runtime);
    JavaSparkContext context = SPARK.context();
    JavaRDD<String> lines = lines(6, 2);

    Tool<String, BinaryFile> split =
        Tool.lines(IMAGE)
            .shell(
                "mkdir /shared/out; awk '{print > \"/shared/out/record-\" NR}' /shared/input.txt")
            .output(BinaryFile.fromDirectory("out"));
    try (BinaryOutputs out = lofn.mapBinary(lines, split)) {
      assertThat(context.binaryFiles(out.path() + "/part-*").count()).isEqualTo(6);

      assertThat(out.list().get(5).name()).isEqualTo("part-00001/record-3");
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void callsAtTheSameTimeShareNothing(Map<String, String> runtime) {
    Lofn lofn = lofn(runtime);
    JavaRDD<String> lines = lines(4, 2);

    CompletableFuture<BinaryOutputs> left =
        CompletableFuture.supplyAsync(() -> lofn.mapBinary(lines, echo("left")));
    CompletableFuture<BinaryOutputs> right =
        CompletableFuture.supplyAsync(() -> lofn.mapBinary(lines, echo("right")));

    try (BinaryOutputs one = left.join();
        BinaryOutputs other = right.join()) {
      assertThat(one.path()).isNotEqualTo(other.path());
      assertThat(bytes(one)).asString(UTF_8).isEqualTo("left\nleft\n");
      one.close();
      assertThat(bytes(other)).asString(UTF_8).isEqualTo("right\nright\n");
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void twoRandomOutputsAreReducedToBothInTheirOrder(Map<String, String> runtime) {
    Lofn lofn = lofn(runtime);
    Tool<String, BinaryFile> random =
        Tool.pipe(IMAGE)
            .command("head", "-c", "1024", "/dev/urandom")
            .output(BinaryFile.fromStdout());

    Tool<BinaryFile, BinaryFile> concat =
        Tool.of(IMAGE, BinaryFile.toNumberedFiles(), BinaryFile.fromFile("output.bin"))
            .shell("cat /shared/input_1.bin /shared/input_2.bin > /shared/output.bin");
    try (BinaryOutputs out = lofn.mapBinary(lines(2, 2), random);
        BinaryOutputs one = lofn.reduceBinary(out, concat)) {
      assertThat(one.bytes()).hasSize(2048).isEqualTo(bytes(out));
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void sevenOutputsAreReducedThreeAtATime(Map<String, String> runtime) throws IOException {
    Lofn lofn = lofn(runtime);
    Tool<BinaryFile, BinaryFile> concat =
        Tool.of(
                IMAGE,
                BinaryFile.toNumberedFiles("in-", ".part"),
                BinaryFile.fromFile("output.bin"))
            .shell("ls /shared/in-*.part >&2; cat /shared/in-*.part > /shared/output.bin");

    try (BinaryOutputs out =
            lofn.mapBinary(
                lines(70, 7), Tool.pipe(IMAGE).command("cat").output(BinaryFile.fromStdout()));
        BinaryOutputs one = lofn.reduceBinary(out, concat, ReduceShape.fanIn(3));
        InputStream in = one.open()) {
      assertThat(in.readAllBytes()).asString(UTF_8).isEqualTo(textOf(70));
      try (Stream<Path> left = Files.list(home)) {
        assertThat(left).hasSize(2);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void filesOfSparkAreReducedByALayoutOfTheUser(Map<String, String> runtime, @TempDir Path data)
      throws IOException {
    Lofn lofn = lofn(runtime);
    JavaSparkContext context = SPARK.context();
    Files.writeString(data.resolve("b"), "2");
    Files.writeString(data.resolve("a"), "1");

    Tool<BinaryFile, BinaryFile> sides =
        Tool.<BinaryFile, BinaryFile>of(
                IMAGE,
                (files, run) -> {
                  for (String side : List.of("left", "right")) {
                    try (InputStream in = files.next().open()) {
                      Files.copy(in, run.file(side + "/data"));
                    }
                  }
                },
                BinaryFile.fromStdout())
            .command("cat", "/shared/left/data", "/shared/right/data");
    try (BinaryOutputs one =
        lofn.reduceBinary(context.binaryFiles(data.toString()), sides, ReduceShape.fanIn(2))) {
      assertThat(one.bytes()).asString(UTF_8).isEqualTo("12");
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aToolThatFailsLeavesNothing(Map<String, String> runtime) throws Exception {
    Tool<String, BinaryFile> fails =
        Tool.lines(IMAGE)
            .shell("grep -q 0 /shared/input.txt && cp /shared/input.txt /shared/output.bin")
            .output(BinaryFile.fromFile("output.bin"));

    assertThatThrownBy(() -> lofn(runtime).mapBinary(lines(2, 2), fails))
        .hasMessageContaining("exit code 1");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void allPartitionsGoThroughOneContainerToAPath(Map<String, String> runtime, @TempDir Path data)
      throws IOException {
    Lofn lofn = lofn(runtime);
    JavaRDD<String> lines = lines(20_000, 5);
    String path = data.resolve("lines.gz").toString();

    Tool<String, BinaryFile> compress =
        Tool.pipe(IMAGE).command("gzip").output(BinaryFile.fromStdout());
    lofn.collectReduce(lines, compress, path);
    lofn.collectReduce(lines, compress, "file:" + data.resolve("store.gz"));

    assertThat(gunzip(Files.readAllBytes(Path.of(path)))).isEqualTo(textOf(20_000));
    assertThat(gunzip(Files.readAllBytes(data.resolve("store.gz")))).isEqualTo(textOf(20_000));
    assertThat(below(data)).containsExactly("lines.gz", "store.gz");
    assertThatThrownBy(() -> lofn.collectReduce(lines, compress, path))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("exists already");
  }

  private Lofn lofn(Map<String, String> runtime) {
    Map<String, String> settings = new HashMap<>(runtime);
    settings.put("spark.lofn.output.dir", "file:" + home);
    return SPARK.lofn(settings);
  }

  private static Tool<String, BinaryFile> echo(String word) {
    return Tool.pipe(IMAGE).command("echo", word).output(BinaryFile.fromStdout());
  }

  private static JavaRDD<String> lines(int count, int partitions) {
    return SPARK
        .context()
        .parallelize(
            new ArrayList<>(IntStream.range(0, count).mapToObj(Integer::toString).toList()),
            partitions);
  }

  private static String textOf(int count) {
    StringBuilder text = new StringBuilder();
    IntStream.range(0, count).forEach(i -> text.append(i).append('\n'));
    return text.toString();
  }

  private static String gunzip(byte[] bytes) throws IOException {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static byte[] bytes(BinaryOutputs out) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (BinaryFile file : out.list()) {
      try (InputStream in = file.open()) {
        in.transferTo(all);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
    return all.toByteArray();
  }

  /** Spark's paths are no URIs: a space in them is a space. */
  private static Path directoryOf(BinaryOutputs out) {
    return Path.of(out.path().substring("file:".length()));
  }

  private static List<String> below(Path directory) {
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths
          .filter(path -> !path.equals(directory))
          .map(path -> directory.relativize(path).toString())
          .sorted()
          .toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of("being deleted: " + e);
    }
  }
}
