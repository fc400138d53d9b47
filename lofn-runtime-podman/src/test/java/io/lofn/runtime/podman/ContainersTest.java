package io.lofn.runtime.podman;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ContainersTest {

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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cannot remove container c: it is removing",
        "container state improper",
        "container not running"
      })
  void aContainerThatEndsOrIsBeingRemovedAtTheMomentIsRemovedAgain(String said) throws Exception {
    service.answer("/containers/c", 500, said);
    CompletableFuture<Boolean> removal =
        CompletableFuture.supplyAsync(() -> new Containers(engine).remove("c"));
    service.awaitRequests("/containers/c", 2);
    assertThat(removal).isNotDone();

    service.answer("/containers/c", 404, "no such container");

    assertThat(removal.get()).isTrue();
  }

  @Test
  void anyOtherRefusalIsAFailure() {
    service.answer("/containers/c", 500, "device busy");
    assertThatThrownBy(() -> new Containers(engine).remove("c"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("device busy");
  }
}
