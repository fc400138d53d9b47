package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.Tool;
import io.lofn.api.Volume;
import io.lofn.spark.Lofn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The driver learns from executors, which are other processes, that a tool cannot work. */
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailFastIT {

  @Test
  void aJobOfSeveralExecutorsIsCancelled(@TempDir Path directory, @TempDir Path runs)
      throws Exception {
    Path file = Files.createFile(runs.resolve("runs"));
    try (StandaloneCluster cluster =
        new StandaloneCluster(directory, 1, List.of(Map.of(), Map.of()))) {
      JavaSparkContext context = new JavaSparkContext(cluster.spark().sparkContext());
      SparkSession session = cluster.spark().newSession();
      session.conf().set("spark.lofn.runtime", "docker");
      session.conf().set("spark.lofn.failFast", true);
      // A third run, begun before the job is cancelled, never ends by itself.
      Tool<String, String> tool =
          Tool.pipe("busybox:1")
              .volume(Volume.of(runs.toString()).at("/runs").readWrite())
              .shell(
                  "[ $(wc -l < /runs/runs) -lt 2 ] || sleep 600;"
                      + " echo run >> /runs/runs; echo why >&2; exit 3");

      assertThatThrownBy(
              () -> Lofn.on(session).map(context.parallelize(List.of("a"), 1), tool).collect())
          .isInstanceOf(SparkException.class)
          .hasMessageContaining("map: the tool failed with exit code 3")
          .hasMessageContaining("\n    why");

      assertThat(file).hasContent("run\nrun\n");
      String label = "io.lofn.application=" + context.sc().applicationId();
      Engines.waitUntil("no container is left", () -> Engines.containers(label).isEmpty());
    }
  }
}
