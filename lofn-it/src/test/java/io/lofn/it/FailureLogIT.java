package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Tool;
import io.lofn.spark.Lofn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How much a program prints, with the log that Spark configures by itself, when its tool fails. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailureLogIT {

  private static final int MOST = 60;
  private static final String DEFAULT_LOG = "classpath:org/apache/spark/log4j2-defaults.properties";
  private static final String ENTRY = "\\d\\d/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d [A-Z]+ .*";
  private static final String INFO = "\\d\\d/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d INFO .*";

  @TempDir Path directory;

  @Test
  void aToolThatFailsIsExplainedOnceAndInFewerThanSixtyLines() {
    List<String> failure = failureOf("local[1]", "echo no index for chr7 >&2; exit 3");

    assertThat(failure).hasSizeLessThan(MOST);
    assertExplainedOnce(failure);
    assertThat(failure).containsOnlyOnce("    no index for chr7");
  }

  /** In a cluster the executors' lines are in logs of their own. */
  @Test
  void fourAttemptsAddALineEachToTheDriversLogAndNoFurtherReport() {
    List<String> failure = failureOf("local[1,4]", "echo no index for chr7 >&2; exit 3");
    List<String> drivers = new ArrayList<>(failure);
    for (int i = drivers.size() - 1; i >= 0; i--) {
      if (drivers.get(i).contains(" ERROR Executor: ")) {
        drivers.subList(i, i + 2).clear();
      }
    }

    assertThat(drivers).hasSizeLessThan(MOST);
    assertThat(failure).filteredOn(line -> line.contains("Lost task")).hasSize(5);
    assertExplainedOnce(failure);
  }

  @Test
  void aToolThatSaysMuchIsQuotedWithItsLastThirtyLines() {
    List<String> failure = failureOf("local[1]", "seq 1 2000 >&2; exit 3");

    assertThat(failure).contains("    2000", "    1971").doesNotContain("    1970");
    assertExplainedOnce(failure);
  }

  @Test
  void aReaderThatFailsIsExplainedOnceWithItsOwnTrace() {
    List<String> failure = failureOf("local[1]", "cat; echo one", "parse");

    assertThat(failure).hasSizeLessThan(MOST);
    assertThat(failure)
        .satisfiesOnlyOnce(line -> assertThat(line).startsWith("  image      busybox:1"))
        .satisfiesOnlyOnce(
            line ->
                assertThat(line)
                    .startsWith(
                        "Caused by: io.lofn.api.LayoutException: map: the output of the tool could not be read"))
        .contains("Caused by: java.lang.NumberFormatException: For input string: \"a\"")
        .anyMatch(line -> line.startsWith("\tat java.base/java.lang.Integer.parseInt"));
  }

  private static void assertExplainedOnce(List<String> failure) {
    assertThat(failure)
        .satisfiesOnlyOnce(line -> assertThat(line).startsWith("  hint  "))
        .satisfiesOnlyOnce(line -> assertThat(line).startsWith("  command  "))
        .satisfiesOnlyOnce(
            line ->
                assertThat(line)
                    .isEqualTo(
                        "Caused by: io.lofn.api.ToolFailedException: map: the tool failed with exit code 3"))
        .noneMatch(line -> line.startsWith("\tat io.lofn.core"));
  }

  /** All that the program prints, without the first lines of entries at INFO. */
  private List<String> failureOf(String master, String... arguments) {
    ChildJvm.Ended ended =
        new ChildJvm(
                List.of(),
                Map.of(
                    "spark.master",
                    master,
                    "spark.local.dir",
                    directory.resolve("local").toString(),
                    "log4j2.configurationFile",
                    DEFAULT_LOG))
            .run(directory, Failing.class, arguments);
    assertThat(ended.code()).as(ended.log()).isEqualTo(1);
    List<String> lines = new ArrayList<>(ended.output().lines().toList());
    ended.log().lines().forEach(lines::add);
    int begin =
        IntStream.range(0, lines.size())
            .filter(i -> lines.get(i).matches(ENTRY) && !lines.get(i).matches(INFO))
            .filter(i -> lines.get(i).contains("Exception in task"))
            .findFirst()
            .orElseThrow();
    return lines.subList(begin, lines.size()).stream().filter(line -> !line.matches(INFO)).toList();
  }

  /** A program that handles no failure. */
  static final class Failing {

    private Failing() {}

    public static void main(String[] arguments) {
      SparkSession spark =
          SparkSession.builder()
              .appName("failing")
              .config("spark.lofn.probe", "never")
              .getOrCreate();
      Lofn.on(spark)
          .map(
              new JavaSparkContext(spark.sparkContext()).parallelize(List.of("a"), 1),
              tool(arguments))
          .collect();
    }

    private static Tool<String, ?> tool(String[] arguments) {
      Tool<String, String> tool = Tool.pipe("busybox:1").shell(arguments[0]);
      return arguments.length == 1 ? tool : tool.output(tool.output().map(Integer::parseInt));
    }
  }
}
