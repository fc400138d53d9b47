package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.BinaryFile;
import io.lofn.api.EmptyPartitions;
import io.lofn.api.InputFiles;
import io.lofn.api.LayoutException;
import io.lofn.api.LofnException;
import io.lofn.api.OutputFiles;
import io.lofn.api.Tool;
import io.lofn.api.ToolFailedException;
import io.lofn.api.UnsupportedFeaturePolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import scala.Tuple2;

class LofnTest {

  private static SparkSession spark;
  private static JavaSparkContext context;
  private static Lofn lofn;

  @BeforeAll
  static void startSpark() {
    spark = LocalSpark.start();
    context = new JavaSparkContext(spark.sparkContext());
    lofn = Lofn.on(spark);
  }

  @AfterAll
  static void stopSpark() {
    spark.stop();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void mapsLinesThroughFilesInTheirOrder(int partitions) {
    List<String> lines = numbers(100);
    Tool<String, String> tool =
        Tool.lines("any").shell("sed s/^/x/ /shared/input.txt > /shared/output.txt");

    List<String> mapped = lofn.map(context.parallelize(lines, partitions), tool).collect();

    assertThat(mapped).isEqualTo(lines.stream().map(line -> "x" + line).toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void mapsLinesThroughPipesInTheirOrder(int partitions) {
    List<String> lines = numbers(50_000);

    List<String> mapped =
        lofn.map(context.parallelize(lines, partitions), Tool.pipe("any").command("cat")).collect();

    assertThat(mapped).isEqualTo(lines);
  }

  @Test
  void keepsEmptyRecordsAndCarriageReturns() {
    List<String> lines = Arrays.asList("a", "", "b\r", "", "");

    assertThat(lofn.map(context.parallelize(lines, 1), Tool.pipe("any").command("cat")).collect())
        .isEqualTo(lines);
  }

  @Test
  void readsNothingFromAnEmptyOutput() {
    Tool<String, String> silent = Tool.pipe("any").shell("cat > /dev/null");

    assertThat(lofn.map(context.parallelize(numbers(10), 4), silent).collect()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1, 2", "2, 2", "7, 2", "7, 3", "9, 3", "10, 8", "20, 20"})
  void reducesToOnePartitionInTheOriginalOrder(int partitions, int fanIn) {
    List<String> lines = numbers(200);
    JavaRDD<String> rdd = context.parallelize(lines, partitions);

    JavaRDD<String> reduced =
        lofn.reduce(rdd, Tool.pipe("any").command("cat"), ReduceShape.fanIn(fanIn));

    assertThat(reduced.getNumPartitions()).isEqualTo(1);
    assertThat(reduced.collect()).isEqualTo(lines);
  }

  @Test
  void reducesCountsToTheirSum() {
    Tool<String, String> sum = Tool.pipe("any").command("awk", "{n += $1} END {print n + 0}");

    assertThat(lofn.reduce(context.parallelize(numbers(1000), 13), sum).collect())
        .containsExactly("499500");
  }

  @Test
  void reducesPairsThatAreLaidOutByALambda() {
    Tool<String, String> tool =
        Tool.lines("any").shell("cd /shared && cat left right > output.txt");

    for (int partitions : List.of(1, 2, 7)) {
      JavaRDD<String> reduced =
          lofn.reducePairs(
              context.parallelize(numbers(50), partitions),
              tool,
              (left, right, run) -> {
                Files.write(run.file("left"), (Iterable<String>) () -> left);
                Files.write(run.file("right"), (Iterable<String>) () -> right);
              });

      assertThat(reduced.collect()).isEqualTo(numbers(50));
    }
  }

  @Test
  void tellsThatAPairWasReadInTheWrongOrder() {
    JavaRDD<String> reduced =
        lofn.reducePairs(
            context.parallelize(numbers(4), 2),
            Tool.lines("any").command("true"),
            (left, right, run) -> Files.write(run.file("right"), (Iterable<String>) () -> right));

    assertThatThrownBy(reduced::collect)
        .cause()
        .isInstanceOf(LayoutException.class)
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("left partition");
  }

  @Test
  void runsAToolOnEmptyPartitionsUnlessTheyAreSkipped() {
    Tool<String, String> count = Tool.pipe("any").shell("wc -l | tr -d ' '");
    JavaRDD<String> rdd = context.parallelize(List.of("a"), 3);

    assertThat(lofn.map(rdd, count).collect()).containsExactlyInAnyOrder("0", "0", "1");
    assertThat(lofn.map(rdd, count.emptyPartitions(EmptyPartitions.SKIP)).collect())
        .containsExactly("1");
  }

  @Test
  void mapsWholeTextFilesAndGivesThemBack(@TempDir Path directory) throws IOException {
    Files.writeString(directory.resolve("a.txt"), "1\n2\n");
    Files.writeString(directory.resolve("b.txt"), "3\n");
    Tool<Tuple2<String, String>, Tuple2<String, String>> tool =
        Tool.of(
                "any",
                InputFiles.<Tuple2<String, String>>text(file -> file._1, file -> file._2),
                OutputFiles.matching("out/*").text(Tuple2::new))
            .shell(
                "cd /shared && mkdir out && for f in input/*; do wc -l < $f > out/${f#input/}; done");

    List<Tuple2<String, String>> counted =
        lofn.map(context.wholeTextFiles(directory.toString(), 1), tool).collect();

    assertThat(counted)
        .extracting(file -> file._1 + " " + file._2.strip())
        .containsExactlyInAnyOrder("out/a.txt 2", "out/b.txt 1");
  }

  @Test
  void keepsEachKeyWhole() {
    Tool<String, String> count =
        Tool.pipe("any").shell("cut -c1 | sort | uniq -c | awk '{print $2, $1}'");
    List<String> records = numbers(1000);

    assertThat(
            lofn.map(
                    lofn.repartitionBy(
                        context.parallelize(records, 5), record -> record.substring(0, 1), 3),
                    count)
                .collect())
        .hasSize(10)
        .contains("1 111", "9 111", "0 1");
  }

  @Test
  void servesDatasetsThroughItsFunction() {
    List<String> lines = numbers(20);

    assertThat(
            spark
                .createDataset(lines, Encoders.STRING())
                .mapPartitions(lofn.function(Tool.pipe("any").command("cat")), Encoders.STRING())
                .collectAsList())
        .containsExactlyInAnyOrderElementsOf(lines);
  }

  @Test
  void explainsAToolThatFails() {
    Tool<String, String> tool = Tool.pipe("any").shell("cat; echo told you >&2; exit 3");

    assertThatThrownBy(() -> lofn.map(context.parallelize(numbers(3), 1), tool).collect())
        .isInstanceOf(SparkException.class)
        .cause()
        .isInstanceOfSatisfying(
            ToolFailedException.class,
            failure -> {
              assertThat(failure.exitCode()).hasValue(3);
              assertThat(failure.stderrTail()).isEqualTo("told you\n");
              assertThat(failure.reason()).isEqualTo(ToolFailedException.Reason.EXIT_CODE);
            })
        .hasMessageContaining("told you")
        .hasMessageContaining("exit code 3");
  }

  @Test
  void namesTheOutputThatIsMissing() {
    Tool<String, String> tool = Tool.lines("any").shell("true");

    assertThatThrownBy(() -> lofn.map(context.parallelize(numbers(3), 1), tool).collect())
        .cause()
        .isInstanceOfSatisfying(
            ToolFailedException.class,
            failure ->
                assertThat(failure.reason()).isEqualTo(ToolFailedException.Reason.OUTPUT_MISSING))
        .hasMessageContaining("/shared/output.txt");
  }

  @Test
  void refusesAnOutputThatIsASymbolicLink() {
    Tool<String, String> tool = Tool.lines("any").shell("ln -s /etc/hostname /shared/output.txt");

    assertThatThrownBy(() -> lofn.map(context.parallelize(numbers(3), 1), tool).collect())
        .cause()
        .isInstanceOf(ToolFailedException.class)
        .hasMessageContaining("no regular file /shared/output.txt");
  }

  @Test
  void letsTheFailureOfTheInputThrough() {
    JavaRDD<String> broken =
        context
            .parallelize(numbers(100_000), 1)
            .map(
                line -> {
                  if (line.equals("90000")) {
                    throw new IllegalArgumentException("line " + line);
                  }
                  return line;
                });

    assertThatThrownBy(() -> lofn.map(broken, Tool.pipe("any").command("cat")).collect())
        .cause()
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("line 90000");
  }

  @Test
  void stopsAToolThatTakesTooLong() {
    Tool<String, String> tool =
        Tool.pipe("any").shell("echo begun >&2; sleep 60").timeout(Duration.ofSeconds(1));

    assertThatThrownBy(() -> lofn.map(context.parallelize(numbers(3), 1), tool).collect())
        .cause()
        .isInstanceOfSatisfying(
            ToolFailedException.class,
            failure -> {
              assertThat(failure.reason()).isEqualTo(ToolFailedException.Reason.TIMED_OUT);
              assertThat(failure.stderrTail()).isEqualTo("begun\n");
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"cat; sleep 600", "sleep 600", "exec >&-; cat > /dev/null; sleep 600"})
  void stopsAToolThatDoesNothingAnyMore(String script) {
    Tool<String, String> tool =
        Tool.pipe("any").shell("echo begun >&2; " + script).idleTimeout(Duration.ofSeconds(1));

    assertThatThrownBy(() -> lofn.map(context.parallelize(numbers(3), 1), tool).collect())
        .cause()
        .isInstanceOfSatisfying(
            ToolFailedException.class,
            failure -> {
              assertThat(failure.reason()).isEqualTo(ToolFailedException.Reason.TIMED_OUT);
              assertThat(failure.stderrTail()).isEqualTo("begun\n");
            })
        .hasMessageStartingWith("map: the tool neither read nor wrote for 1s and was stopped");
  }

  @Test
  void takesTheFirstRecordOfAnEndlessTool() {
    Tool<String, String> tool = Tool.pipe("any").command("yes");

    assertThat(lofn.map(context.parallelize(numbers(3), 1), tool).take(1)).containsExactly("y");
  }

  @Test
  void doesNotMindAToolThatReadsOnlyTheBeginning() {
    Tool<String, String> tool = Tool.pipe("any").command("head", "-n", "1");

    assertThat(lofn.map(context.parallelize(numbers(500_000), 1), tool).collect())
        .containsExactly("0");
  }

  @Test
  void acceptsTheExitCodesThatTheToolNames() {
    Tool<String, String> tool = Tool.pipe("any").shell("cat; exit 1").acceptedExitCodes(0, 1);

    assertThat(lofn.map(context.parallelize(numbers(3), 1), tool).collect()).isEqualTo(numbers(3));
  }

  @Test
  void refusesToolsThatAskForTheNode() {
    assertThatThrownBy(() -> lofn.function(Tool.pipe("any").network("host")))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("spark.lofn.allow.hostNamespaces=true");
    assertThatThrownBy(() -> lofn.function(Tool.pipe("any").engineOptions("-v", "/:/host")))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("spark.lofn.allow.privileged=true");
  }

  @Test
  void refusesOptionsThatTheNodesRuntimeDoesNotKnowToBeHarmless() {
    Tool<String, String> tool =
        Tool.pipe("any")
            .command("cat")
            .engineOptions("--privileged")
            .unsupportedFeatures(UnsupportedFeaturePolicy.WARN);

    assertThatThrownBy(() -> lofn.map(context.parallelize(numbers(3), 1), tool).collect())
        .hasMessageContaining("the engine option --privileged")
        .hasMessageContaining("spark.lofn.allow.privileged=true");
  }

  static List<Tool<String, String>> toolsWithoutAProgram() {
    Tool<String, String> tool = Tool.pipe("busybox:1");
    return List.of(
        tool,
        Tool.lines("busybox:1"),
        tool.env("A", "b").user("1:1"),
        tool.imageEntrypoint().command("-n").entrypoint(""),
        tool.command(""),
        tool.command("", "-c", "cat"));
  }

  @ParameterizedTest
  @MethodSource("toolsWithoutAProgram")
  void noOperatorRunsAToolThatDoesNotSayWhatItRuns(Tool<String, String> tool) {
    JavaRDD<String> rdd = context.parallelize(List.of("touch /tmp/executed"), 2);
    Tool<String, BinaryFile> binary = tool.output(BinaryFile.fromStdout());
    Tool<BinaryFile, BinaryFile> merger = binary.input(BinaryFile.toNumberedFiles());
    Dataset<String> data = spark.createDataset(List.of("x"), Encoders.STRING());
    Map<String, ThrowingCallable> operators =
        Map.of(
            "map", () -> lofn.map(rdd, tool),
            "map of a Dataset", () -> lofn.map(data, tool, Encoders.STRING()),
            "reduce", () -> lofn.reduce(rdd, tool),
            "reducePairs", () -> lofn.reducePairs(rdd, tool, (left, right, run) -> {}),
            "mapBinary", () -> lofn.mapBinary(rdd, binary),
            "reduceBinary",
                () ->
                    lofn.reduceBinary(
                        context.binaryFiles("src/test/resources"), merger, ReduceShape.fanIn(2)),
            "collectReduce", () -> lofn.collectReduce(rdd, binary, "/tmp/not-there"),
            "function", () -> lofn.function(tool));

    operators.forEach(
        (name, operator) ->
            assertThatThrownBy(operator)
                .as(name)
                .isInstanceOf(LofnException.class)
                .hasMessageContaining("busybox:1")
                .hasMessageContaining("command(...)"));
  }

  @Test
  void whatTheImageRunsHasToBeAskedFor() {
    Tool<String, String> tool = Tool.pipe("busybox:1");

    assertThat(lofn.function(tool.imageEntrypoint()).call().tool().argv()).isEmpty();
    assertThat(lofn.function(tool.imageEntrypoint().command("")).call().tool().argv())
        .containsExactly("");
    assertThat(lofn.function(tool.entrypoint("cat")).call().tool().argv()).containsExactly("cat");
  }

  @Test
  void anExecutorRefusesWhatTheDriverLetPass() {
    ToolFunction<String, String> good = lofn.function(Tool.pipe("any").command("cat"));
    JavaRDD<String> rdd =
        context
            .parallelize(numbers(1), 1)
            .mapPartitions(new ToolFunction<>(good.call().with(Tool.pipe("any"))));

    assertThatThrownBy(rdd::collect)
        .cause()
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("has no command");
  }

  /** Whether its streams carry records or not; the fake runtime attaches them all. */
  @ParameterizedTest
  @ValueSource(ints = {126, 127, 1})
  void aToolThatCannotBeExecutedFailsWhateverExitCodesItAccepts(int code) {
    for (Tool<String, String> tool : List.of(Tool.pipe("any"), Tool.lines("any"))) {
      JavaRDD<String> mapped =
          lofn.map(
              context.parallelize(numbers(3), 1),
              tool.command(code == 126 ? "/etc/passwd" : "no-such-program")
                  .acceptedExitCodes(0, 1, 126, 127));

      assertThatThrownBy(mapped::collect)
          .hasStackTraceContaining("the tool could not be executed, exit code");
    }
  }

  @Test
  void aToolMayEndWithTheExitCodesThatItAccepts() {
    Tool<String, String> grep =
        Tool.pipe("any").command("grep", "nothing").acceptedExitCodes(0, 1, 127);

    assertThat(lofn.map(context.parallelize(numbers(3), 1), grep).collect()).isEmpty();
  }

  @Test
  void theExitCodesOfAFailedStartAreRefusedOnTheDriverWhereNobodyTellsTheTwoApart() {
    Tool<String, String> tool = Tool.pipe("any").imageEntrypoint().acceptedExitCodes(0, 127);

    assertThatThrownBy(() -> lofn.map(context.parallelize(numbers(1), 1), tool))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("exit code 127");
    assertThatThrownBy(() -> lofn.function(tool)).isInstanceOf(LofnException.class);
  }

  private static List<String> numbers(int count) {
    return new ArrayList<>(IntStream.range(0, count).mapToObj(Integer::toString).toList());
  }
}
