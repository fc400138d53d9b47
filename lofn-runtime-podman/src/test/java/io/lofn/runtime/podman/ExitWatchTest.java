package io.lofn.runtime.podman;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.spi.ContainerExit;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExitWatchTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private FakeService service;
  private PodmanEngine engine;

  @BeforeEach
  void connect(@TempDir Path directory) throws Exception {
    service = new FakeService(directory);
    engine = service.connect();
  }

  @AfterEach
  void close() throws Exception {
    engine.close();
    service.close();
  }

  private Optional<ContainerExit> end() throws InterruptedException {
    try (ExitWatch watch = new ExitWatch(engine, "c", () -> {})) {
      watch.start();
      return watch.await(LONG);
    }
  }

  @Test
  void believesTheSuccessOfAContainerThatIsThere() throws Exception {
    service.answer("/c/wait", 200, "0\n");
    service.answer("/c/exists", 204, "");
    assertThat(end()).contains(new ContainerExit(0, false));
  }

  @Test
  void theEndIsToldThoughTheActionThatIsDueFails() throws Exception {
    service.answer("/c/wait", 200, "0\n");
    service.answer("/c/exists", 204, "");
    Runnable fails =
        () -> {
          throw new IllegalStateException("the action failed");
        };
    Runnable failsBadly =
        () -> {
          throw new NoClassDefFoundError("a class is gone");
        };
    for (Runnable action : new Runnable[] {fails, failsBadly}) {
      try (ExitWatch watch = new ExitWatch(engine, "c", action)) {
        watch.start();
        assertThat(watch.await(LONG)).contains(new ContainerExit(0, false));
      }
    }
  }

  @Test
  void theEndOfTheRuntimeIsAFailureAndNotSilence() {
    engine.close();
    assertThatThrownBy(this::end)
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("the runtime is closed");
  }

  @Test
  void doesNotBelieveTheSuccessOfAContainerThatIsGone() {
    service.answer("/c/wait", 200, "0\n");
    assertThatThrownBy(this::end)
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("another process removed it");
  }

  @Test
  void looksWhetherMemoryRanOutWhereAToolFailed() throws Exception {
    service.answer("/c/wait", 200, "137\n");
    service.answer("/c/json", 200, "{\"State\": {\"OOMKilled\": true}}");
    assertThat(end()).contains(new ContainerExit(137, true));
  }

  @Test
  void looksForTheEndWhereTheWaitBroke() throws Exception {
    service.answer("/c/wait", 500, "{\"message\": \"broken\"}");
    service.answer("/c/json", 200, "{\"State\": {\"Running\": false, \"ExitCode\": 3}}");
    assertThat(end()).contains(new ContainerExit(3, false));
  }
}
