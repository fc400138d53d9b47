package io.lofn.runtime.docker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import io.lofn.api.EngineException;
import io.lofn.spi.RuntimeConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 30, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DockerEngineTest {

  @ParameterizedTest
  @CsvSource({"1.41, 1.12, 1.41", "1.52, 1.44, 1.44", "1.60, 1.50, 1.50"})
  void speaksTheVersionThatItAgreedOn(String newest, String oldest, String agreed)
      throws Exception {
    try (FakeEngine fake = new FakeEngine(version(newest, oldest));
        DockerEngine engine = connect(fake)) {
      assertThat(fake.requests().get(0)).startsWith("GET /version HTTP/1.1");
      assertThat(engine).hasToString("docker 1.2.3 (API " + agreed + ") at " + fake.host());
      assertThatThrownBy(() -> engine.call("list", client -> client.listContainersCmd().exec()))
          .isInstanceOf(EngineException.class);
      assertThat(fake.requests()).anyMatch(text -> text.startsWith("GET /v" + agreed + "/"));
    }
  }

  @Test
  void refusesAnEngineThatIsTooOld() throws Exception {
    try (FakeEngine fake = new FakeEngine(version("1.40", "1.12"))) {
      assertThatThrownBy(() -> connect(fake))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("1.40")
          .hasMessageContaining("20.10");
    }
  }

  @Test
  void refusesWhatIsNoDocker() throws Exception {
    try (FakeEngine fake = new FakeEngine(json("{}"))) {
      assertThatThrownBy(() -> connect(fake))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("not a Docker engine");
    }
  }

  @Test
  void waitsNoLongerThanTheDeadline() throws Exception {
    try (FakeEngine fake = new FakeEngine("")) {
      assertThatThrownBy(() -> connect(fake))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining(fake.host())
          .hasMessageContaining("no answer within 2 s");
    }
  }

  @Test
  void connectionsThatBrokeAreClosedWhenTheLastCallByThemHasEnded() throws Exception {
    try (FakeEngine fake = new FakeEngine(version("1.41", "1.12"));
        DockerEngine engine = connect(fake)) {
      for (int i = 0; i < 100; i++) {
        EngineClients broken = ask(engine);
        EngineClients inUse = engine.enter();
        assertThat(inUse).isSameAs(broken);

        engine.renewAfter(new IOException("broken pipe"), broken);

        assertThat(engine.retired()).isEqualTo(1);
        assertThat(version(inUse)).as("a call under way").isEqualTo("1.2.3");
        inUse.leave();
        assertThat(engine.retired()).isZero();
        assertThatThrownBy(() -> version(broken)).isInstanceOf(RuntimeException.class);
      }
      assertThat(ask(engine).mayHaveIdleConnections()).isTrue();
    }
  }

  /** Makes a call, and returns the connections that it used. */
  private static EngineClients ask(DockerEngine engine) {
    assertThat(engine.<String>call("tell", client -> client.versionCmd().exec().getVersion()))
        .isEqualTo("1.2.3");
    EngineClients used = engine.enter();
    used.leave();
    return used;
  }

  private static String version(EngineClients clients) {
    return clients.ask(clients.control(), client -> client.versionCmd().exec().getVersion());
  }

  /** Like engines whose storage is blocked. */
  @Test
  void aRemovalThatSomebodyElseNeverEndsIsGivenUp() throws Exception {
    try (FakeEngine fake =
            new FakeEngine(
                answer("409 Conflict", "{\"message\": \"removal is already in progress\"}"));
        EngineClients clients = new EngineClients(config(fake), config(fake).forClient(null))) {
      Function<DockerClient, Boolean> removal =
          DockerContainer.removal("c", Duration.ofMillis(200));

      assertThatThrownBy(() -> clients.ask(clients.control(), removal))
          .isInstanceOf(ConflictException.class)
          .hasMessageContaining("already in progress");
      assertThat(fake.requests()).hasSizeGreaterThan(1);
    }
  }

  private static DockerEngine connect(FakeEngine fake) {
    return DockerEngine.connect(config(fake));
  }

  private static DockerConfig config(FakeEngine fake) {
    RuntimeConfig config =
        RuntimeConfig.of(Map.of("host", fake.host())).callTimeout(Duration.ofSeconds(2));
    return DockerConfig.of(config, Map.of(), Path.of("/none"));
  }

  private static String version(String newest, String oldest) {
    return json(
        "{\"Version\": \"1.2.3\", \"ApiVersion\": \"%s\", \"MinAPIVersion\": \"%s\"}"
            .formatted(newest, oldest));
  }

  private static String json(String body) {
    return answer("200 OK", body);
  }

  private static String answer(String status, String body) {
    return FakeEngine.head(
            status,
            "Content-Type: application/json",
            "Connection: close",
            "Content-Length: " + body.length())
        + body;
  }
}
