package io.lofn.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EmptyPartitions;
import io.lofn.api.InputFiles;
import io.lofn.api.Lines;
import io.lofn.api.LofnException;
import io.lofn.api.OutputFiles;
import io.lofn.api.PartitionWriter;
import io.lofn.api.RunInput;
import io.lofn.api.StagingException;
import io.lofn.api.Tool;
import io.lofn.api.ToolFailedException;
import io.lofn.api.Volume;
import io.lofn.spark.Lofn;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scala.Tuple2;

/** The rows of the tables in {@code docs/data.md} that no other test has, on each engine. */
class LayoutsIT {

  private static final String IMAGE = "busybox:1";

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  static List<Map<String, String>> runtimes() {
    return Engines.EACH;
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    SPARK.awaitNothingLeft();
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void eachKeyHasItsFileAndSeveralOutputsAreToldApart(Map<String, String> runtime) {
    List<Tuple2<String, String>> pairs =
        List.of(new Tuple2<>("b", "1"), new Tuple2<>("a", "2"), new Tuple2<>("b", "3"));
    Tool<Tuple2<String, String>, String> tool =
        Tool.of(
                IMAGE,
                Lines.text()
                    .<Tuple2<String, String>>toFilePerKey(
                        pair -> "keys/" + pair._1 + ".txt", pair -> pair._2),
                Lines.text()
                    .fromStdout()
                    .map(line -> "name " + line)
                    .and(Lines.text().fromFile("sums.txt").map(line -> "sum " + line)))
            .shell(
                "cd /shared/keys; for f in *; do echo $f;"
                    + " awk '{n += $1} END {print n}' $f >> /shared/sums.txt; done");

    assertThat(SPARK.lofn(runtime).map(SPARK.context().parallelizePairs(pairs, 1), tool).collect())
        .containsExactly("name a.txt", "name b.txt", "sum 2", "sum 4");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void linesHaveADelimiterACharsetAndAreCompressedOnBothSides(Map<String, String> runtime) {
    Lines lines = Lines.text().delimiter("\n$$$$\n").charset(ISO_8859_1).gzip();
    Tool<String, String> tool =
        Tool.of(IMAGE, lines.toFile("in.gz"), lines.fromStdout())
            .shell("gunzip < /shared/in.gz | tr '\\344' '\\366' | gzip");
    List<String> records = List.of("a\nä", "", "\r\0\n", "b");

    assertThat(SPARK.lofn(runtime).map(SPARK.context().parallelize(records, 2), tool).collect())
        .containsExactly("a\nö", "", "\r\0\n", "b");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void filesOfTheSameBaseNameAreAllThereAndBytesSurvive(Map<String, String> runtime) {
    byte[] bytes = new byte[256];
    IntStream.range(0, 256).forEach(i -> bytes[i] = (byte) i);
    List<Tuple2<String, byte[]>> files =
        List.of(new Tuple2<>("x/a.bin", bytes), new Tuple2<>("y/a.bin", "other".getBytes(UTF_8)));
    Tool<Tuple2<String, byte[]>, Tuple2<String, byte[]>> tool =
        Tool.of(
                IMAGE,
                InputFiles.<Tuple2<String, byte[]>>bytes(file -> file._1, file -> file._2),
                OutputFiles.matching("out/**.bin").<Tuple2<String, byte[]>>bytes(Tuple2::new))
            .shell("mkdir -p /shared/out/deep; cp /shared/input/* /shared/out/deep");

    List<Tuple2<String, byte[]>> copied =
        SPARK.lofn(runtime).map(SPARK.context().parallelize(files, 1), tool).collect();

    assertThat(copied).extracting(Tuple2::_1).containsExactly("out/deep/a-2.bin", "out/deep/a.bin");
    assertThat(copied.get(0)._2).asString(UTF_8).isEqualTo("other");
    assertThat(copied.get(1)._2).isEqualTo(bytes);
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void wholeTextFilesAreCountedPerFileAndSummed(Map<String, String> runtime, @TempDir Path data)
      throws IOException {
    Files.writeString(data.resolve("1.dna"), "GATTACA\nGG\n");
    Files.writeString(data.resolve("2.dna"), "ccc\nCCC\n");
    Files.writeString(data.resolve("3.dna"), "");
    Tool<Tuple2<String, String>, String> count =
        Tool.of(
                IMAGE,
                InputFiles.<Tuple2<String, String>>text(file -> file._1, file -> file._2),
                OutputFiles.matching("out/**").lines(Lines.text()))
            .shell(
                "cd /shared/input; mkdir ../out;"
                    + " for f in *; do tr -dc GC < $f | wc -c > ../out/$f; done");
    Tool<String, String> sum = Tool.pipe(IMAGE).command("awk", "{n += $1} END {print n}");
    Lofn lofn = SPARK.lofn(runtime);

    JavaRDD<String> counts = lofn.map(SPARK.context().wholeTextFiles(data.toString(), 2), count);

    assertThat(counts.collect()).containsExactlyInAnyOrder("4", "3", "0");
    assertThat(lofn.reduce(counts, sum).collect()).containsExactly("7");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aUdfMakesTwoFilesOfEachRecordAndAnotherTakesOneElementOfEachSide(
      Map<String, String> runtime) {
    Tool<String, String> split =
        Tool.<String, String>of(
                IMAGE,
                (records, run) -> {
                  for (int i = 0; records.hasNext(); i++) {
                    String[] halves = records.next().split(":", 2);
                    Files.writeString(run.file(i + "/left"), halves[0]);
                    Files.writeString(run.file(i + "/right"), halves[1]);
                  }
                },
                Lines.text().fromStdout())
            .shell("cd /shared; for d in *; do echo $(($(cat $d/left) + $(cat $d/right))); done");
    Tool<String, String> add =
        Tool.pipe(IMAGE).shell("cd /shared; echo $(($(cat left) + $(cat right)))");
    Lofn lofn = SPARK.lofn(runtime);

    JavaRDD<String> sums =
        lofn.map(SPARK.context().parallelize(List.of("1:2", "3:4", "5:6"), 3), split);
    JavaRDD<String> total =
        lofn.reducePairs(
            sums,
            add,
            (left, right, run) -> {
              Files.writeString(run.file("left"), left.next());
              Files.writeString(run.file("right"), right.next());
            });

    assertThat(sums.collect()).containsExactly("3", "7", "11");
    assertThat(total.collect()).containsExactly("21");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aWriterMayLayOutFilesAndThenStream(Map<String, String> runtime) {
    Tool<String, String> tool =
        Tool.pipe(IMAGE).shell("cd /shared; cat header; cat").input(new HeaderAndBody());

    assertThat(
            SPARK
                .lofn(runtime)
                .map(SPARK.context().parallelize(List.of("h", "1", "2"), 1), tool)
                .collect())
        .containsExactly("h", "1", "2");
  }

  /** The first record to a file, the others to standard input. */
  private static final class HeaderAndBody implements PartitionWriter<String> {

    private static final long serialVersionUID = 1L;

    @Override
    public void write(Iterator<String> records, RunInput run) throws IOException {
      Files.writeString(run.file("header"), records.next() + "\n");
      OutputStream stdin = run.stdin();
      while (records.hasNext()) {
        stdin.write((records.next() + "\n").getBytes(UTF_8));
      }
    }

    @Override
    public boolean usesStdin() {
      return true;
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void emptyPartitionsAreRunOrSkipped(Map<String, String> runtime) {
    Tool<String, String> count = Tool.pipe(IMAGE).command("wc", "-l");
    JavaRDD<String> rdd = SPARK.context().parallelize(List.of("a"), 3);
    Lofn lofn = SPARK.lofn(runtime);

    assertThat(lofn.map(rdd, count).collect()).containsExactlyInAnyOrder("0", "0", "1");
    assertThat(lofn.map(rdd, count.emptyPartitions(EmptyPartitions.SKIP)).collect())
        .containsExactly("1");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void invalidTextFailsWithItsOffsetAndAnEmptyOutputHasNoRecord(Map<String, String> runtime) {
    Lofn lofn = SPARK.lofn(runtime);
    JavaRDD<String> one = SPARK.context().parallelize(List.of("x"), 1);
    Tool<String, String> invalid = Tool.pipe(IMAGE).command("printf", "ab\\n\\377\\n");
    Tool<String, String> replaced = invalid.output(Lines.text().replacing().fromStdout());

    assertThatThrownBy(() -> lofn.map(one, invalid).collect())
        .cause()
        .hasMessageContaining("Invalid UTF-8 in standard output at byte 3");
    assertThat(lofn.map(one, replaced).collect()).containsExactly("ab", "\uFFFD");
    assertThat(lofn.map(one, Tool.pipe(IMAGE).command("true")).collect()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void namesDoNotLeaveTheExchange(Map<String, String> runtime) {
    Lofn lofn = SPARK.lofn(runtime);
    JavaRDD<String> one = SPARK.context().parallelize(List.of("x"), 1);
    Tool<String, String> link = Tool.lines(IMAGE).shell("ln -s /etc/passwd /shared/output.txt");
    Tool<String, String> above =
        link.input((records, run) -> Files.writeString(run.file("../input.txt"), records.next()));

    assertThatThrownBy(() -> lofn.map(one, above).collect())
        .cause()
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("leaves the exchange");
    assertThatThrownBy(() -> lofn.map(one, link).collect())
        .cause()
        .isInstanceOf(ToolFailedException.class)
        .hasMessageContaining("/shared/output.txt");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void onlyWhatTheToolMadeIsAnOutput(Map<String, String> runtime) {
    Lofn lofn = SPARK.lofn(runtime);
    JavaRDD<String> one = SPARK.context().parallelize(List.of("x"), 1);
    Tool<String, String> tool =
        Tool.lines(IMAGE)
            .tmpfs("/shared/scratch", 1 << 20)
            .output(OutputFiles.matching("**").text((name, text) -> name + "=" + text));

    assertThat(
            lofn.map(
                    one,
                    tool.shell(
                        "cd /shared; cp input.txt scratch; cat scratch/* > \"$(printf 'a\\nb')\""))
                .collect())
        .containsExactly("a\nb=x\n");
    assertThatThrownBy(() -> lofn.map(one, tool.shell("echo told you >&2")).collect())
        .cause()
        .isInstanceOf(ToolFailedException.class)
        .hasMessageContaining("left no file that matches '**'")
        .hasMessageContaining("told you");
    assertThatThrownBy(() -> lofn.map(one, tool.shell("echo y > /shared/input.txt")).collect())
        .cause()
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("changed or replaced 'input.txt'");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void dataOfAVolumeIsReducedAndWhatIsMissingIsNamed(
      Map<String, String> runtime, @TempDir Path data) throws IOException {
    for (int i = 0; i < 4; i++) {
      Files.writeString(data.resolve(i + ".txt"), (i + 1) * 10 + "\n");
    }
    Lofn lofn = SPARK.lofn(runtime);
    JavaRDD<String> names = SPARK.context().parallelize(List.of("0", "1", "2", "3"), 4);
    Tool<String, String> read =
        Tool.pipe(IMAGE)
            .shell("while read n; do cat /data/$n.txt; done")
            .volumes(Volume.listOf(Map.of(data.toString(), Map.of("bind", "/data", "mode", "ro"))));
    Tool<String, String> sum = Tool.pipe(IMAGE).command("awk", "{n += $1} END {print n}");

    assertThat(lofn.reduce(lofn.map(names, read), sum).collect()).containsExactly("100");
    assertThatThrownBy(
            () -> lofn.map(names, sum.volume(Volume.of(data + "/no-such").at("/data"))).collect())
        .cause()
        .isInstanceOf(StagingException.class)
        .hasMessageContaining("no-such does not exist on this node");
    assertThatThrownBy(() -> lofn.map(names, sum.volume(Volume.of(data.toString()).at("/shared"))))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("would hide the exchange");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  @Timeout(value = 3, unit = TimeUnit.MINUTES) // reading the rest would take days
  void takingTheFirstRecordReadsNoMore(Map<String, String> runtime) {
    LongAccumulator read = SPARK.context().sc().longAccumulator();
    long many = 1L << 40;
    JavaRDD<String> endless =
        SPARK
            .context()
            .parallelize(List.of(0), 1)
            .flatMap(
                zero ->
                    LongStream.range(0, many)
                        .peek(number -> read.add(1))
                        .mapToObj(Long::toString)
                        .iterator());

    assertThat(SPARK.lofn(runtime).map(endless, Tool.pipe(IMAGE).command("cat")).take(1))
        .containsExactly("0");
    assertThat(read.value()).isLessThan(many);
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void datasetsAndStreamsRunTools(Map<String, String> runtime, @TempDir Path directory)
      throws Exception {
    Path source = Files.createDirectory(directory.resolve("source"));
    Files.writeString(source.resolve("1.txt"), "a\nb\n");
    Files.writeString(source.resolve("2.txt"), "c\n");
    SparkSession spark = SPARK.session(runtime);
    Lofn lofn = Lofn.on(spark);
    Tool<String, String> upper = Tool.pipe(IMAGE).command("tr", "a-z", "A-Z");
    Dataset<String> lines = spark.read().textFile(source.toString());
    List<String> seen = new CopyOnWriteArrayList<>();
    VoidFunction2<Dataset<String>, Long> eachBatch =
        (batch, id) -> seen.addAll(lofn.map(batch, upper, Encoders.STRING()).collectAsList());

    spark
        .readStream()
        .textFile(source.toString())
        .writeStream()
        .option("checkpointLocation", directory.resolve("checkpoint").toString())
        .trigger(Trigger.AvailableNow())
        .foreachBatch(eachBatch)
        .start()
        .awaitTermination();

    assertThat(seen).containsExactlyInAnyOrder("A", "B", "C");
    assertThat(lines.mapPartitions(lofn.function(upper), Encoders.STRING()).collectAsList())
        .containsExactlyInAnyOrder("A", "B", "C");
    assertThat(lines.javaRDD().mapPartitions(lofn.function(upper)).collect())
        .containsExactlyInAnyOrder("A", "B", "C");
  }
}
