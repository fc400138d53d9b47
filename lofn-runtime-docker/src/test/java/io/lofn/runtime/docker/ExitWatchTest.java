package io.lofn.runtime.docker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.RuntimeConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A thread that waits for the end of a container gets a result or an exception in every failure.
 */
@Timeout(value = 60, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExitWatchTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private static void fail() {
    throw new IllegalStateException("the action failed");
  }

  private static void failBadly() {
    throw new NoClassDefFoundError("a class is gone");
  }

  /** The same body is the answer to every request. */
  private static FakeEngine engine(String fields) throws Exception {
    String body =
        "{\"Version\": \"1\", \"ApiVersion\": \"1.41\", \"MinAPIVersion\": \"1.12\", "
            + fields
            + "}";
    return new FakeEngine(
        FakeEngine.head(
                "200 OK",
                "Content-Type: application/json",
                "Connection: close",
                "Content-Length: " + body.length())
            + body);
  }

  private static DockerEngine connect(FakeEngine fake) {
    RuntimeConfig config =
        RuntimeConfig.of(Map.of("host", fake.host())).callTimeout(Duration.ofSeconds(10));
    return DockerEngine.connect(DockerConfig.of(config, Map.of(), Path.of("/none")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"StatusCode\": 3, \"State\": {\"OOMKilled\": false}",
        "\"StatusCode\": 3",
        // The wait returns no exit code; the state does.
        "\"State\": {\"Running\": false, \"ExitCode\": 3}"
      })
  void theEndIsToldThoughTheActionThatIsDueFails(String answer) throws Exception {
    List<Runnable> actions = List.of(ExitWatchTest::fail, ExitWatchTest::failBadly);
    for (Runnable action : actions) {
      try (FakeEngine fake = engine(answer);
          DockerEngine engine = connect(fake);
          ExitWatch watch = new ExitWatch(engine, "c", action)) {
        watch.start();
        assertThat(watch.await(LONG)).contains(new ContainerExit(3, false));
      }
    }
  }

  @Test
  void anAnswerThatMakesNoSenseIsAFailureAndNotSilence() throws Exception {
    try (FakeEngine fake = engine("\"State\": null");
        DockerEngine engine = connect(fake);
        ExitWatch watch = new ExitWatch(engine, "c", () -> {})) {
      watch.start();
      assertThatThrownBy(() -> watch.await(LONG)).isInstanceOf(EngineException.class);
    }
  }

  @Test
  void theEndOfTheRuntimeIsAFailureAndNotSilence() throws Exception {
    try (FakeEngine fake = engine("\"StatusCode\": 0");
        DockerEngine engine = connect(fake);
        ExitWatch watch = new ExitWatch(engine, "c", () -> {})) {
      engine.close();
      watch.start();
      assertThatThrownBy(() -> watch.await(LONG)).isInstanceOf(EngineException.class);
    }
  }
}
