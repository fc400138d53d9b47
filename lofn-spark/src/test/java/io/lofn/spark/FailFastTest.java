package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.Tool;
import io.lofn.api.ToolFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How often a tool that cannot work is run. Spark would make four attempts. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailFastTest {

  private static SparkSession spark;
  private static JavaSparkContext context;

  @TempDir Path directory;

  @BeforeAll
  static void startSpark() {
    spark = LocalSpark.retrying(java.util.Map.of());
    context = new JavaSparkContext(spark.sparkContext());
  }

  @AfterAll
  static void stopSpark() {
    spark.stop();
  }

  @AfterEach
  void nothingRuns() throws InterruptedException {
    LocalSpark.waitUntilIdle(context);
  }

  @Test
  void cancelsTheJobWithTheMessageOfTheTool() throws IOException {
    // A third run, begun before the job is cancelled, never ends by itself.
    String script =
        "[ $(wc -l < RUNS) -lt 2 ] || sleep 600; echo run >> RUNS; echo why >&2; exit 3";

    assertThatThrownBy(() -> run(true, script))
        .isInstanceOf(SparkException.class)
        .hasMessageContaining("cancelled because of spark.lofn.failFast")
        .hasMessageContaining(
            "failed 2 times in the same way: map: the tool failed with exit code 3")
        .hasMessageContaining("\n    why");

    assertThat(runs()).hasSize(2);
  }

  @Test
  void cancelsAnotherStageThanTheLast() throws IOException {
    Files.createFile(file());
    String script = "[ $(wc -l < RUNS) -lt 2 ] || sleep 600; echo run >> RUNS; exit 3";
    Lofn lofn = lofn(true);

    assertThatThrownBy(
            () ->
                lofn.repartitionBy(
                        lofn.map(context.parallelize(List.of("a"), 1), tool(script)), x -> x, 2)
                    .collect())
        .hasMessageContaining("map: the tool failed with exit code 3");

    assertThat(runs()).hasSize(2);
  }

  @Test
  void cancelsForAnOutputThatIsNeverThere() throws IOException {
    String script = "[ $(wc -l < RUNS) -lt 2 ] || sleep 600; echo run >> RUNS";
    Files.createFile(file());
    Tool<String, String> tool = Tool.lines("any").shell(script.replace("RUNS", "'" + file() + "'"));

    assertThatThrownBy(() -> lofn(true).map(context.parallelize(List.of("a"), 1), tool).collect())
        .hasMessageContaining("left no regular file /shared/output.txt");

    assertThat(runs()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "echo run >> RUNS; exit $(wc -l < RUNS)", // never twice the same
        "echo run >> RUNS; exit 125",
        "echo run >> RUNS; exit 137",
        "echo run >> RUNS; exit 143"
      })
  void leavesFailuresThatMayPassToSpark(String script) throws IOException {
    assertThatThrownBy(() -> run(true, script)).hasCauseInstanceOf(ToolFailedException.class);

    assertThat(runs()).hasSize(4);
  }

  @Test
  void leavesJobsOfOtherSessionsOnTheSameContextAlone() throws IOException {
    Files.createFile(file());
    assertThat(lofn(true).map(context.parallelize(List.of("a"), 1), tool("cat")).collect())
        .containsExactly("a");

    assertThatThrownBy(() -> run(false, "echo run >> RUNS; exit 3"))
        .hasCauseInstanceOf(ToolFailedException.class);

    assertThat(runs()).hasSize(4);
  }

  @Test
  void cancelsAfterTheNumberThatIsConfigured() throws IOException {
    Files.createFile(file());
    SparkSession session = session(true);
    session.conf().set("spark.lofn.failFast.failures", "3");
    String script = "[ $(wc -l < RUNS) -lt 3 ] || sleep 600; echo run >> RUNS; exit 3";

    assertThatThrownBy(
            () ->
                Lofn.on(session).map(context.parallelize(List.of("a"), 1), tool(script)).collect())
        .hasMessageContaining("failed 3 times in the same way");

    assertThat(runs()).hasSize(3);
  }

  private void run(boolean failFast, String script) throws IOException {
    if (Files.notExists(file())) {
      Files.createFile(file());
    }
    lofn(failFast).map(context.parallelize(List.of("a"), 1), tool(script)).collect();
  }

  private Tool<String, String> tool(String script) {
    return Tool.pipe("any").shell(script.replace("RUNS", "'" + file() + "'"));
  }

  private static Lofn lofn(boolean failFast) {
    return Lofn.on(session(failFast));
  }

  private static SparkSession session(boolean failFast) {
    SparkSession session = spark.newSession();
    session.conf().set("spark.lofn.failFast", failFast);
    return session;
  }

  private Path file() {
    return directory.resolve("runs");
  }

  private List<String> runs() throws IOException {
    return Files.readAllLines(file());
  }
}
