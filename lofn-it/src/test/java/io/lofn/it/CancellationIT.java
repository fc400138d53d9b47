package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.Tool;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A cancelled job leaves neither a container nor an exchange, and frees its threads. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CancellationIT {

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  static List<Map<String, String>> runtimes() {
    return Engines.RUNTIMES;
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aToolThatWaitsIsStopped(Map<String, String> runtime) throws Exception {
    cancelled(runtime, Tool.lines("busybox:1").command("sleep", "600"));
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aToolThatIsReadAndWrittenIsStopped(Map<String, String> runtime) throws Exception {
    cancelled(runtime, Tool.pipe("busybox:1").shell("cat; while true; do echo y; sleep 1; done"));
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aToolWhoseThreadIsInterruptedIsStopped(Map<String, String> runtime) throws Exception {
    Tool<String, String> tool = Tool.pipe("busybox:1").shell("cat; sleep 600");
    String group = "interrupted";
    CompletableFuture<Void> job =
        CompletableFuture.runAsync(
            () -> {
              SPARK.context().setJobGroup(group, "to be interrupted", true);
              SPARK.lofn(runtime).map(records(), tool).collect();
            });
    Engines.waitUntil("both run", () -> Engines.containers(SPARK.label()).size() == 2);

    SPARK.context().cancelJobGroup(group);

    assertThatThrownBy(job::get).isInstanceOf(ExecutionException.class);
    nothingIsLeft();
  }

  private void cancelled(Map<String, String> runtime, Tool<String, String> tool) throws Exception {
    JavaFutureAction<List<String>> job = SPARK.lofn(runtime).map(records(), tool).collectAsync();
    Engines.waitUntil("both run", () -> Engines.containers(SPARK.label()).size() == 2);

    assertThat(job.cancel(false)).isTrue();

    assertThatThrownBy(job::get)
        .isInstanceOfAny(CancellationException.class, ExecutionException.class);
    nothingIsLeft();
  }

  /** A start that was in progress is undone after its task has ended, on the thread of the call. */
  private static void nothingIsLeft() throws Exception {
    Engines.waitUntil(
        "no task runs", () -> SPARK.context().statusTracker().getActiveStageIds().length == 0);
    assertThat(SPARK.context().parallelize(List.of(1, 2), 2).count()).isEqualTo(2);
    SPARK.awaitNothingLeft();
  }

  private static JavaRDD<String> records() {
    return SPARK.context().parallelize(List.of("1", "2"), 2);
  }
}
