package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.api.ToolFailedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        Tool.pipe("any").shell("echo begun >&2; sleep 60").timeout(java.time.Duration.ofSeconds(1));

    assertThatThrownBy(() -> lofn.map(context.parallelize(numbers(3), 1), tool).collect())
        .cause()
        .isInstanceOfSatisfying(
            ToolFailedException.class,
            failure -> {
              assertThat(failure.reason()).isEqualTo(ToolFailedException.Reason.TIMED_OUT);
              assertThat(failure.stderrTail()).isEqualTo("begun\n");
            });
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
    assertThatThrownBy(() -> lofn.function(Tool.pipe("any").engineOptions("--privileged")))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("spark.lofn.allow.privileged=true");
  }

  private static List<String> numbers(int count) {
    return new ArrayList<>(IntStream.range(0, count).mapToObj(Integer::toString).toList());
  }
}
