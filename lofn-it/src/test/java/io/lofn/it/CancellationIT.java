package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.Tool;
import java.util.List;
import java.util.Map;
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

  private void cancelled(Map<String, String> runtime, Tool<String, String> tool) throws Exception {
    String label = "io.lofn.application=" + SPARK.context().sc().applicationId();
    JavaRDD<String> records = SPARK.context().parallelize(List.of("1", "2"), 2);

    JavaFutureAction<List<String>> job = SPARK.lofn(runtime).map(records, tool).collectAsync();
    Engines.waitUntil("both run", () -> Engines.containers(label).size() == 2);
    assertThat(job.cancel(false)).isTrue();

    assertThatThrownBy(job::get)
        .isInstanceOfAny(
            java.util.concurrent.CancellationException.class, ExecutionException.class);
    Engines.waitUntil("none is left", () -> Engines.containers(label).isEmpty());
    assertThat(SPARK.context().parallelize(List.of(1, 2), 2).count()).isEqualTo(2);
    Engines.waitUntil(
        "no task runs", () -> SPARK.context().statusTracker().getActiveStageIds().length == 0);
    assertThat(Engines.exchanges(SPARK.localDirectory())).isEmpty();
  }
}
