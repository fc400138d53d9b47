package io.lofn.spark;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.BinaryFile;
import io.lofn.api.EmptyPartitions;
import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.core.runtime.Services;
import io.lofn.core.storage.OutputStores;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Binary outputs on a local file system, with attempts that are repeated, and with Kryo. */
class BinaryOutputsTest {

  private static final Tool<String, BinaryFile> SAVE =
      Tool.lines("any")
          .shell("cat /shared/input.txt > /shared/output.bin")
          .output(BinaryFile.fromFile("output.bin"));

  private static final Tool<BinaryFile, BinaryFile> CONCAT =
      Tool.of("any", BinaryFile.toNumberedFiles(), BinaryFile.fromFile("output.bin"))
          .shell("cat /shared/input_* > /shared/output.bin");

  @TempDir private Path home;
  private SparkSession spark;
  private JavaSparkContext context;
  private Lofn lofn;

  @BeforeEach
  void startSpark() {
    spark =
        LocalSpark.retrying(
            Map.of(
                "spark.lofn.output.dir",
                "file:" + home,
                "spark.serializer",
                "org.apache.spark.serializer.KryoSerializer"));
    context = new JavaSparkContext(spark.sparkContext());
    lofn = Lofn.on(spark);
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    spark.stop();
    assertThat(below(home)).isEmpty();
  }

  @Test
  void theDirectoryLivesUntilItIsClosed() throws IOException {
    Path directory;
    try (BinaryOutputs out = lofn.mapBinary(lines(7, 3), SAVE)) {
      directory = directoryOf(out);
      assertThat(below(directory))
          .containsExactly("part-00000.bin", "part-00001.bin", "part-00002.bin");
      assertThat(out.list()).extracting(BinaryFile::name).isEqualTo(below(directory));
      assertThat(text(out)).isEqualTo("0\n1\n2\n3\n4\n5\n6\n");
      out.close();
      assertThat(directory).doesNotExist();
      assertThatThrownBy(out::list)
          .isInstanceOf(LofnException.class)
          .hasMessageContaining("closed");
    }
    assertThat(directory).doesNotExist();
  }

  @Test
  void theEndOfTheApplicationClosesWhatIsOpen() {
    BinaryOutputs out = lofn.mapBinary(lines(2, 2), SAVE);
    assertThat(directoryOf(out)).exists();

    spark.stop();

    assertThat(directoryOf(out)).doesNotExist();
    out.close();
  }

  @Test
  void outputsThatAreMovedStay(@TempDir Path data) throws IOException {
    Path target = data.resolve("results/today");
    BinaryOutputs out = lofn.mapBinary(lines(4, 2), SAVE);

    assertThat(out.moveTo("file:" + target)).isEqualTo("file:" + target);

    assertThat(below(target)).containsExactly("part-00000.bin", "part-00001.bin");
    assertThat(directoryOf(out)).doesNotExist();
    assertThatThrownBy(out::list)
        .isInstanceOf(LofnException.class)
        .hasMessageEndingWith("were moved to file:" + target);
    assertThatThrownBy(() -> out.moveTo("file:" + data.resolve("other")))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("were moved to");
    out.close();
    spark.stop();
    assertThat(target.resolve("part-00001.bin")).hasContent("2\n3\n");
  }

  @Test
  void outputsAreMovedUnderNamesOfTheUser(@TempDir Path data) throws IOException {
    try (BinaryOutputs out = lofn.mapBinary(lines(3, 3), SAVE)) {
      String unused =
          out.moveTo(
              "file:" + data.resolve("named"),
              part -> part.equals("part-00002.bin") ? "rest/c.txt" : "s" + part.charAt(9));
    }
    assertThat(below(data.resolve("named"))).containsExactly("rest", "rest/c.txt", "s0", "s1");
    assertThat(data.resolve("named/rest/c.txt")).hasContent("2");
  }

  @Test
  void aMoveOverwritesNothingAndLeavesTheOutputsWhereItFails(@TempDir Path data)
      throws IOException {
    Path taken = Files.writeString(data.resolve("taken"), "mine");
    Path empty = Files.createDirectory(data.resolve("empty"));
    String free = "file:" + data.resolve("free");
    try (BinaryOutputs out = lofn.mapBinary(lines(2, 2), SAVE)) {
      for (Path target : List.of(taken, empty)) {
        assertThatThrownBy(() -> out.moveTo("file:" + target))
            .isInstanceOf(LofnException.class)
            .hasMessageContaining("file:" + target + " exists already, and nothing is overwritten");
        assertThatThrownBy(() -> out.moveFileTo("file:" + target))
            .hasMessageContaining("exists already");
      }
      assertThatThrownBy(() -> out.moveTo(free, part -> "same"))
          .hasMessageContaining("part-00001.bin cannot be named same");
      assertThatThrownBy(() -> out.moveTo(free, part -> "part-00001.bin"))
          .hasMessageContaining("part-00000.bin cannot be named part-00001.bin");
      assertThatThrownBy(() -> out.moveTo(free, part -> "../" + part))
          .hasMessageContaining("a name relative to the output");
      assertThatThrownBy(() -> out.moveTo(free, part -> null))
          .hasMessageContaining("part-00000.bin is given no name");
      assertThatThrownBy(() -> out.moveFileTo(free)).hasMessageContaining("2 files, not one");
      assertThatThrownBy(() -> out.moveTo("http://localhost/x"))
          .isInstanceOf(LofnException.class)
          .hasMessageContaining("which is on another file system");

      assertThat(text(out)).isEqualTo("0\n1\n");
      assertThat(below(directoryOf(out))).containsExactly("part-00000.bin", "part-00001.bin");
    }
    assertThat(taken).hasContent("mine");
    assertThat(data.resolve("free")).doesNotExist();
  }

  @Test
  void theOneFileOfAReduceIsMovedToAFileOfTheUser(@TempDir Path data) {
    Path target = data.resolve("all.bin");
    try (BinaryOutputs out = lofn.mapBinary(lines(4, 2), SAVE);
        BinaryOutputs one = lofn.reduceBinary(out, CONCAT)) {
      assertThat(one.moveFileTo("file:" + target)).isEqualTo("file:" + target);
      assertThat(directoryOf(one)).doesNotExist();
    }
    assertThat(target).hasContent("0\n1\n2\n3\n");
  }

  @Test
  void directoriesAreMovedWhole(@TempDir Path data) throws IOException {
    Tool<String, BinaryFile> split =
        Tool.lines("any")
            .shell("mkdir /shared/out && cd /shared/out && split -l 1 /shared/input.txt")
            .output(BinaryFile.fromDirectory("out"));
    try (BinaryOutputs out = lofn.mapBinary(lines(2, 2), split)) {
      String unused = out.moveTo("file:" + data.resolve("d"), part -> part.replace("part", "lane"));
    }
    assertThat(below(data.resolve("d")))
        .containsExactly("lane-00000", "lane-00000/xaa", "lane-00001", "lane-00001/xaa");
  }

  @Test
  void sparkReadsTheFiles() {
    try (BinaryOutputs out = lofn.mapBinary(lines(100, 4), SAVE)) {
      List<String> files =
          context
              .binaryFiles(out.path())
              .mapValues(file -> new String(file.toArray(), UTF_8))
              .sortByKey()
              .values()
              .collect();

      assertThat(files).hasSize(4);
      assertThat(String.join("", files)).isEqualTo(text(out));
    }
  }

  @Test
  void sparkReadsDirectories() {
    Tool<String, BinaryFile> split =
        Tool.lines("any")
            .shell("mkdir /shared/out && cd /shared/out && split -l 1 /shared/input.txt")
            .output(BinaryFile.fromDirectory("out"));

    try (BinaryOutputs out = lofn.mapBinary(lines(4, 2), split)) {
      assertThat(out.list())
          .extracting(BinaryFile::name)
          .containsExactly("part-00000/xaa", "part-00000/xab", "part-00001/xaa", "part-00001/xab");
      assertThat(context.binaryFiles(out.path() + "/part-*").count()).isEqualTo(4);
      assertThat(text(out)).isEqualTo("0\n1\n2\n3\n");
    }
  }

  @Test
  void anAttemptThatIsRepeatedLeavesNoDuplicateAndNoOrphan() throws IOException {
    Tool<String, BinaryFile> fails =
        SAVE.output(
            run -> {
              Path file = run.file("output.bin");
              return Stream.of(BinaryFile.whole(() -> failingAtFirst(file)));
            });

    try (BinaryOutputs out = lofn.mapBinary(lines(4, 2), fails)) {
      assertThat(below(directoryOf(out))).containsExactly("part-00000.bin", "part-00001.bin");
      assertThat(text(out)).isEqualTo("0\n1\n2\n3\n");
    }
  }

  private static InputStream failingAtFirst(Path file) throws IOException {
    InputStream content = Files.newInputStream(file);
    if (TaskContext.get().attemptNumber() > 0) {
      return content;
    }
    return new FilterInputStream(content) {
      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = super.read(bytes, offset, length);
        if (count < 0) {
          throw new IOException("the first attempt breaks off");
        }
        return count;
      }
    };
  }

  @Test
  void anAttemptThatSparkDoesNotTakeIsDeleted() throws IOException {
    String parent = home.toString();
    Tool<String, BinaryFile> twice =
        SAVE.output(
            run -> {
              Path other = onlyDirectory(Path.of(parent)).resolve("_attempt-00000-999999");
              Files.writeString(other, "ended well, but not first");
              Path file = run.file("output.bin");
              return Stream.of(BinaryFile.whole(() -> Files.newInputStream(file)));
            });

    try (BinaryOutputs out = lofn.mapBinary(lines(1, 1), twice)) {
      assertThat(below(directoryOf(out))).containsExactly("part-00000.bin");
      assertThat(text(out)).isEqualTo("0\n");
    }
  }

  private static Path onlyDirectory(Path parent) throws IOException {
    try (Stream<Path> directories = Files.list(parent)) {
      return directories.findFirst().orElseThrow();
    }
  }

  @Test
  void aJobThatFailsLeavesNothing() throws Exception {
    Tool<String, BinaryFile> fails =
        SAVE.shell("grep -q 0 /shared/input.txt && cp /shared/input.txt /shared/output.bin");

    assertThatThrownBy(() -> lofn.mapBinary(lines(2, 2), fails))
        .hasMessageContaining("exit code 1");
    // A task that the failure of another ends deletes its output itself.
    LocalSpark.waitUntilIdle(context);
    assertThat(below(home)).isEmpty();
  }

  @Test
  void outputsAreOneFileOrFilesWithNames() {
    Tool<String, BinaryFile> both =
        SAVE.output(
            run ->
                Stream.of(
                    BinaryFile.of("a", () -> InputStream.nullInputStream()),
                    BinaryFile.whole(() -> InputStream.nullInputStream())));

    assertThatThrownBy(() -> lofn.mapBinary(lines(1, 1), both)).hasMessageContaining("not both");
  }

  @Test
  void aPartitionThatIsSkippedHasNoFile() {
    Tool<String, BinaryFile> skipping = SAVE.emptyPartitions(EmptyPartitions.SKIP);

    try (BinaryOutputs out = lofn.mapBinary(lines(1, 3), skipping)) {
      assertThat(out.list()).extracting(BinaryFile::name).containsExactly("part-00002.bin");
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 2, 0", "2, 2, 1", "3, 2, 2", "7, 2, 6", "7, 3, 3", "9, 3, 4"})
  void filesAreReducedInTheirOrder(int partitions, int fanIn, int runs, @TempDir Path data)
      throws IOException {
    Path counter = Files.createFile(data.resolve("runs"));
    Tool<BinaryFile, BinaryFile> counted =
        CONCAT.shell("echo >> '" + counter + "'; cat /shared/input_* > /shared/output.bin");
    try (BinaryOutputs out = lofn.mapBinary(lines(50, partitions), SAVE);
        BinaryOutputs one = lofn.reduceBinary(out, counted, ReduceShape.fanIn(fanIn))) {
      assertThat(Files.readAllLines(counter)).hasSize(runs);
      assertThat(one.bytes()).isEqualTo(text(out).getBytes(UTF_8));
      try (InputStream in = one.open()) {
        assertThat(in.readAllBytes()).isEqualTo(one.bytes());
      }
      out.close();
      assertThat(below(directoryOf(one))).hasSize(1);
      assertThat(below(home).stream().filter(name -> name.endsWith(".bin"))).hasSize(1);
    }
  }

  @Test
  void filesOfSparkAreReducedInTheOrderOfTheirNames(@TempDir Path data) throws IOException {
    for (String name : List.of("c", "a", "b")) {
      Files.writeString(data.resolve(name), name);
    }

    try (BinaryOutputs one =
        lofn.reduceBinary(context.binaryFiles(data.toString(), 3), CONCAT, ReduceShape.fanIn(2))) {
      assertThat(one.bytes()).asString(ISO_8859_1).isEqualTo("abc");
    }
    assertThat(data.resolve("a")).exists();
  }

  @Test
  void aLayoutOfTheUserTakesTheGroup() {
    Tool<BinaryFile, BinaryFile> sides =
        CONCAT
            .<BinaryFile>input(
                (files, run) -> {
                  for (String side : List.of("left", "right")) {
                    try (InputStream in = files.next().open()) {
                      Files.copy(in, run.file(side + "/data"));
                    }
                  }
                })
            .shell("cat /shared/right/data /shared/left/data > /shared/output.bin");

    try (BinaryOutputs out = lofn.mapBinary(lines(2, 2), SAVE);
        BinaryOutputs one = lofn.reduceBinary(out, sides)) {
      assertThat(one.bytes()).asString(UTF_8).isEqualTo("1\n0\n");
    }
  }

  @Test
  void nothingCannotBeReduced() {
    Tool<String, BinaryFile> none = SAVE.output(run -> Stream.empty());

    try (BinaryOutputs out = lofn.mapBinary(lines(2, 2), none)) {
      assertThatThrownBy(() -> lofn.reduceBinary(out, CONCAT))
          .isInstanceOf(LofnException.class)
          .hasMessage("There is no file to reduce");
    }
  }

  @Test
  void aFailedReduceLeavesOnlyItsInput() throws Exception {
    try (BinaryOutputs out = lofn.mapBinary(lines(4, 4), SAVE)) {
      assertThatThrownBy(
              () ->
                  lofn.reduceBinary(
                      out,
                      CONCAT.shell(
                          "cat /shared/input_* > /shared/output.bin; ! grep -q 2"
                              + " /shared/output.bin")))
          .hasMessageContaining("exit code 1");
      LocalSpark.waitUntilIdle(context);
      try (Stream<Path> directories = Files.list(home)) {
        assertThat(directories).hasSize(1);
      }
    }
  }

  @Test
  void whatIsTooLargeForBytesIsStreamed() {
    long size = (64L << 20) + 1;
    Tool<String, BinaryFile> large =
        Tool.pipe("any")
            .command("head", "-c", "" + size, "/dev/zero")
            .output(BinaryFile.fromStdout());

    try (BinaryOutputs out = lofn.mapBinary(lines(1, 1), large)) {
      assertThatThrownBy(out::bytes)
          .isInstanceOf(LofnException.class)
          .hasMessageContaining(size + " bytes")
          .hasMessageContaining("open()");
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "7"})
  void allPartitionsGoThroughOneRunToAPath(int partitions, @TempDir Path data) throws IOException {
    Tool<String, BinaryFile> tool =
        Tool.pipe("any").shell("echo begin; cat").output(BinaryFile.fromStdout());
    JavaRDD<String> lines = lines(1000, partitions);

    lofn.collectReduce(lines, tool, data.resolve("local").toString());
    lofn.collectReduce(lines, tool, "file:" + data.resolve("store"));

    String expected = "begin\n" + String.join("\n", numbers(1000)) + "\n";
    assertThat(data.resolve("local")).hasContent(expected);
    assertThat(data.resolve("store")).hasContent(expected);
    assertThat(below(data)).containsExactlyInAnyOrder("local", "store");
  }

  @Test
  void aDirectoryGoesToAPathToo(@TempDir Path data) throws IOException {
    Tool<String, BinaryFile> tool =
        SAVE.shell("mkdir -p /shared/out/a && cp /shared/input.txt /shared/out/a/b")
            .output(BinaryFile.fromDirectory("out"));

    lofn.collectReduce(lines(3, 2), tool, data.resolve("local").toString());
    lofn.collectReduce(lines(3, 2), tool, "file:" + data.resolve("store"));

    assertThat(data.resolve("local/a/b")).hasContent("0\n1\n2\n");
    assertThat(data.resolve("store/a/b")).hasContent("0\n1\n2\n");
  }

  @Test
  void whatExistsIsNotReplaced(@TempDir Path data) throws IOException {
    Path target = Files.writeString(data.resolve("there"), "before");
    JavaRDD<String> unread =
        lines(1, 1)
            .map(
                line -> {
                  throw new IllegalStateException("the job was run");
                });

    for (String path : List.of(target.toString(), "file:" + target)) {
      assertThatThrownBy(() -> lofn.collectReduce(unread, SAVE, path))
          .isInstanceOf(LofnException.class)
          .hasMessageContaining("exists already");
    }
    assertThatThrownBy(() -> lofn.collectReduce(unread, SAVE, "relative"))
        .isInstanceOf(LofnException.class);
    assertThat(target).hasContent("before");
    assertThat(below(data)).containsExactly("there");
  }

  @Test
  void aMissingStoreIsNamed() {
    OutputStores none = new OutputStores(new Services<>(List.of(), List.of()));

    assertThatThrownBy(() -> none.store(Map.of()))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("lofn-hdfs");
  }

  private JavaRDD<String> lines(int count, int partitions) {
    return context.parallelize(numbers(count), partitions);
  }

  private static List<String> numbers(int count) {
    return new ArrayList<>(IntStream.range(0, count).mapToObj(Integer::toString).toList());
  }

  private static String text(BinaryOutputs out) {
    StringBuilder text = new StringBuilder();
    for (BinaryFile file : out.list()) {
      try (InputStream in = file.open()) {
        text.append(new String(in.readAllBytes(), UTF_8));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
    return text.toString();
  }

  /** Spark's paths are no URIs: a space in them is a space. */
  private static Path directoryOf(BinaryOutputs out) {
    return Path.of(out.path().substring("file:".length()));
  }

  private static List<String> below(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths
          .filter(path -> !path.equals(directory))
          .map(path -> directory.relativize(path).toString())
          .sorted()
          .toList();
    }
  }
}
