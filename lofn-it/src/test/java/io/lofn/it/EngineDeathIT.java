package io.lofn.it;

import static java.util.concurrent.TimeUnit.MINUTES;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.api.Tool;
import io.lofn.api.Volume;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.spark.api.java.JavaFutureAction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An engine that dies in the middle of a job. */
@Timeout(value = 4, unit = MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EngineDeathIT {

  /** Four attempts at each task: without them nothing is tried again on one machine. */
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark("local[2,4]");

  /** Short, since it holds sockets; the system allows 108 bytes for their path. */
  private Path directory;

  @TempDir private Path data;

  @BeforeEach
  void makeDirectory() throws Exception {
    directory = Files.createTempDirectory(Path.of("/tmp"), "lofn-it-");
  }

  @AfterEach
  void deleteDirectory() throws Exception {
    Engines.run("rm", "-rf", directory.toString());
    assertThat(Engines.exchanges(SPARK.localDirectory())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"docker", "podman"})
  void whenItComesBackSparksRetryFinishesTheJob(String runtime) throws Exception {
    try (PrivateEngine engine = PrivateEngine.in(directory, runtime)) {
      JavaFutureAction<List<String>> job = startJob(engine);
      Engines.waitUntil("the tools run", () -> engine.containers(SPARK.label()).size() == 2);

      engine.die();
      Files.createFile(data.resolve("go"));
      engine.start();

      assertThat(job.get(2, MINUTES)).containsExactly("done a", "done b");
      Engines.waitUntil("no container is left", () -> engine.containers(SPARK.label()).isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"docker", "podman"})
  void whenItStaysAwayTheTasksEndWithTheEnginesFailure(String runtime) throws Exception {
    try (PrivateEngine engine = PrivateEngine.in(directory, runtime)) {
      JavaFutureAction<List<String>> job = startJob(engine);
      Engines.waitUntil("the tools run", () -> engine.containers(SPARK.label()).size() == 2);

      engine.die();

      assertThatThrownBy(() -> job.get(120, SECONDS))
          .isInstanceOf(ExecutionException.class)
          .satisfies(
              failure ->
                  assertThat(Engines.causes(failure))
                      .as(failure.toString())
                      .anyMatch(EngineException.class::isInstance));
    }
  }

  /** Two tools that wait for a file. */
  private JavaFutureAction<List<String>> startJob(PrivateEngine engine) {
    Tool<String, String> tool =
        Tool.pipe("busybox:1")
            .volume(Volume.of(data.toString()).at("/data"))
            .shell("read record; while [ ! -e /data/go ]; do sleep 0.1; done; echo done $record");
    Map<String, String> settings = new HashMap<>(engine.settings());
    settings.put("spark.lofn.sweep.interval", "1s");
    return SPARK
        .lofn(settings)
        .map(SPARK.context().parallelize(List.of("a", "b"), 2), tool)
        .collectAsync();
  }
}
