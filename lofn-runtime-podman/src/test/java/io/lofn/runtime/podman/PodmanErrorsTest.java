package io.lofn.runtime.podman;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.http.EngineAnswerException;
import org.junit.jupiter.api.Test;

class PodmanErrorsTest {

  @Test
  void readsTheServicesWords() {
    assertThat(PodmanErrors.words("{\"cause\":\"b\",\"message\":\"a: b\",\"response\":500}"))
        .isEqualTo("a: b");
    assertThat(PodmanErrors.words("plain\n")).isEqualTo("plain");
  }

  @Test
  void tellsPassingFailuresFromLastingOnes() {
    assertThat(of(500, "database is locked").isTransient()).isTrue();
    assertThat(of(500, "statfs /x: no such file or directory").isTransient()).isFalse();
    assertThat(of(400, "bad parameter").isTransient()).isFalse();
    assertThat(of(500, "x: image not known")).isInstanceOf(ImageUnavailableException.class);
  }

  @Test
  void doesNotRepeatALongCommand() {
    assertThat(of(500, "exec: " + "x".repeat(100_000)).getMessage())
        .contains("xxx... (")
        .hasSizeLessThan(2500);
  }

  private static EngineException of(int status, String message) {
    String body = "{\"message\":\"" + message + "\",\"response\":" + status + "}";
    return new PodmanErrors("/none").of("ask", new EngineAnswerException(status, body));
  }
}
