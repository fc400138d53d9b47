package io.lofn.runtime.docker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.spi.RuntimeConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
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
          .hasMessageContaining("no Docker");
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

  private static DockerEngine connect(FakeEngine fake) {
    RuntimeConfig config =
        RuntimeConfig.of(Map.of("host", fake.host())).callTimeout(Duration.ofSeconds(2));
    return DockerEngine.connect(DockerConfig.of(config, Map.of(), Path.of("/none")));
  }

  private static String version(String newest, String oldest) {
    return json(
        "{\"Version\": \"1.2.3\", \"ApiVersion\": \"%s\", \"MinAPIVersion\": \"%s\"}"
            .formatted(newest, oldest));
  }

  private static String json(String body) {
    return FakeEngine.head(
            "200 OK", "Content-Type: application/json", "Content-Length: " + body.length())
        + body;
  }
}
