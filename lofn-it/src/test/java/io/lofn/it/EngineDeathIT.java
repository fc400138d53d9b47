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
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaFutureAction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
  }

  /** While the engine answers: without it nobody knows whether a tool still writes there. */
  private static void awaitNoExchange() throws Exception {
    Engines.waitUntil(
        "no exchange is left", () -> Engines.exchanges(SPARK.localDirectory()).isEmpty());
  }

  @ParameterizedTest
  @CsvSource({"docker, false", "docker, true", "podman, false", "podman, true"})
  void whenItComesBackSparksRetryFinishesTheJob(String runtime, boolean reuse) throws Exception {
    try (PrivateEngine engine = PrivateEngine.in(directory, runtime)) {
      JavaFutureAction<List<String>> job = startJob(engine, reuse);
      Engines.waitUntil("the tools run", this::bothRun);

      engine.die();
      Files.createFile(data.resolve("go"));
      engine.start();

      assertThat(job.get(2, MINUTES)).containsExactly("done a", "done b");
      Engines.waitUntil("no container is left", () -> engine.containers(SPARK.label()).isEmpty());
      awaitNoExchange();
    }
  }

  @ParameterizedTest
  @CsvSource({"docker, false", "docker, true", "podman, false", "podman, true"})
  void whenItStaysAwayTheTasksEndWithTheEnginesFailure(String runtime, boolean reuse)
      throws Exception {
    try (PrivateEngine engine = PrivateEngine.in(directory, runtime)) {
      JavaFutureAction<List<String>> job = startJob(engine, reuse);
      Engines.waitUntil("the tools run", this::bothRun);

      engine.die();

      assertThatThrownBy(() -> job.get(120, SECONDS))
          .isInstanceOf(ExecutionException.class)
          .satisfies(
              failure ->
                  assertThat(Engines.causes(failure))
                      .as(failure.toString())
                      .anyMatch(EngineException.class::isInstance));
      assertThat(Engines.exchanges(SPARK.localDirectory())).isNotEmpty();
      engine.start();
      awaitNoExchange();
    }
  }

  private boolean bothRun() {
    return Stream.of("a", "b").allMatch(record -> Files.exists(data.resolve(record)));
  }

  /** Two tools that say that they run, and wait for a file. */
  private JavaFutureAction<List<String>> startJob(PrivateEngine engine, boolean reuse) {
    Tool<String, String> tool =
        Tool.pipe("busybox:1")
            .volume(Volume.of(data.toString()).at("/data").readWrite())
            .shell(
                "read record; echo >/data/$record; while [ ! -e /data/go ]; do sleep 0.1; done;"
                    + " echo done $record");
    Map<String, String> settings = new HashMap<>(engine.settings());
    settings.put("spark.lofn.cleanup.interval", "1s");
    settings.put("spark.lofn.container.reuse", String.valueOf(reuse));
    settings.put("spark.lofn.container.reuse.idle", "1s");
    settings.put("spark.lofn.engine.attempts", "3");
    return SPARK
        .lofn(settings)
        .map(SPARK.context().parallelize(List.of("a", "b"), 2), tool)
        .collectAsync();
  }
}
