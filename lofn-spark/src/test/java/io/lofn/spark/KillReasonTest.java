package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskKilled;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Listeners of Spark see a killed task's reason as Spark was given it. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KillReasonTest {

  private static final BlockingQueue<Long> STARTED = new LinkedBlockingQueue<>();
  private static final BlockingQueue<Object> ENDED = new LinkedBlockingQueue<>();

  private static SparkSession spark;
  private static JavaSparkContext context;
  private static Lofn lofn;

  @TempDir private Path directory;

  @BeforeAll
  static void startSpark() {
    spark = LocalSpark.start();
    context = new JavaSparkContext(spark.sparkContext());
    context
        .sc()
        .addSparkListener(
            new SparkListener() {
              @Override
              public void onTaskStart(SparkListenerTaskStart start) {
                STARTED.add(start.taskInfo().taskId());
              }

              @Override
              public void onTaskEnd(SparkListenerTaskEnd end) {
                ENDED.add(end.reason());
              }
            });
    lofn = Lofn.on(spark);
  }

  @AfterAll
  static void stopSpark() {
    spark.stop();
  }

  @BeforeEach
  void forget() {
    STARTED.clear();
    ENDED.clear();
  }

  /** A tool that does not end at its first run, and does at the next. */
  private Tool<String, String> slowAtFirst(Tool<String, String> tool) {
    Path mark = mark();
    return tool.shell(
        "if [ -e '%s' ]; then : > /shared/output.txt; exit 0; fi; touch '%s'; sleep 100"
            .formatted(mark, mark));
  }

  private Path mark() {
    return directory.resolve("mark");
  }

  private void awaitTool() throws InterruptedException {
    Instant end = Instant.now().plusSeconds(60);
    while (!Files.exists(mark())) {
      assertThat(Instant.now()).as("waiting for the tool").isBefore(end);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aKilledAttemptEndsWithTheReasonOfWhoKilledIt(boolean interrupt) throws Exception {
    for (Tool<String, String> tool : List.of(Tool.lines("any"), Tool.pipe("any"))) {
      forget();
      Files.deleteIfExists(mark());
      JavaFutureAction<List<String>> job =
          lofn.map(context.parallelize(List.of("a"), 1), slowAtFirst(tool)).collectAsync();
      awaitTool();

      assertThat(context.sc().killTaskAttempt(STARTED.take(), interrupt, "for maintenance"))
          .isTrue();

      assertThat(reason()).isEqualTo("for maintenance");
      assertThat(job.get()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCancelledJobsTaskEndsWithTheReasonThatSparkGives(boolean interrupt) throws Exception {
    context.setJobGroup("nightly", "a test", interrupt);
    JavaFutureAction<List<String>> job;
    try {
      job =
          lofn.map(context.parallelize(List.of("a"), 1), slowAtFirst(Tool.pipe("any")))
              .collectAsync();
      awaitTool();
      context.cancelJobGroup("nightly");
    } finally {
      context.clearJobGroup();
    }

    assertThat(reason()).contains("nightly").doesNotContain("lofn");
    assertThatThrownBy(job::get).rootCause().hasMessageContaining("nightly");
  }

  @Test
  void aCancelledStagesTaskEndsWithTheReasonOfWhoCancelledIt() throws Exception {
    JavaFutureAction<List<String>> job =
        lofn.map(context.parallelize(List.of("a"), 1), slowAtFirst(Tool.pipe("any")))
            .collectAsync();
    awaitTool();

    context.sc().cancelStage(context.statusTracker().getActiveStageIds()[0], "no more budget");

    assertThat(reason()).contains("no more budget").doesNotContain("lofn");
    assertThatThrownBy(job::get).rootCause().hasMessageContaining("no more budget");
  }

  private static String reason() throws InterruptedException {
    Object ended = ENDED.poll(60, TimeUnit.SECONDS);
    assertThat(ended).isInstanceOf(TaskKilled.class);
    return ((TaskKilled) ended).reason();
  }
}
