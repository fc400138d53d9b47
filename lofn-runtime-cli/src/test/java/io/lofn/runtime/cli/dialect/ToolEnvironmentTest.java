package io.lofn.runtime.cli.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToolEnvironmentTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "/usr/bin:/bin",
        "two words",
        "a=b=c",
        "größe ☃ 𝄞",
        "{}[]()<>|&;!?*~%@^+"
      })
  void passesPlainValuesInAFile(String value) {
    ToolEnvironment environment = ToolEnvironment.of(Map.of("PATH", value));
    assertThat(environment.file()).containsExactly("PATH=" + value);
    assertThat(environment.command()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "line\nbreak",
        "carriage\r",
        "tab\there",
        " before",
        "after ",
        "after\u00a0",
        "it's",
        "\"quoted\"",
        "`id`",
        "$HOME",
        "a # comment",
        "back\\slash"
      })
  void passesOtherValuesInTheEnvironmentOfTheCommand(String value) {
    ToolEnvironment environment = ToolEnvironment.of(Map.of("LOFN_X", value));
    assertThat(environment.file()).isEmpty();
    assertThat(environment.command()).isEqualTo(Map.of("LOFN_X", value));
    assertThatThrownBy(() -> ToolEnvironment.of(Map.of("PATH", value)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("PATH")
        .hasMessageNotContaining(value);
  }

  @Test
  void passesLongValuesInTheEnvironmentOfTheCommand() {
    String value = "x".repeat(20_000);
    assertThat(ToolEnvironment.of(Map.of("A", value)).command()).containsEntry("A", value);
  }

  @Test
  void passesUnusualNamesInTheEnvironmentOfTheCommand() {
    assertThat(ToolEnvironment.of(Map.of("a.b-c", "x", "1", "y")).command()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DOCKER_HOST", "DOCKER_CONFIG", "CONTAINER_HOST", "CONTAINERS_CONF", "XDG_RUNTIME_DIR",
            "HOME",
        "HTTP_PROXY", "https_proxy", "LD_PRELOAD", "LC_ALL", "SSL_CERT_FILE",
            "_CONTAINERS_ROOTLESS_UID",
        "TMPDIR", "GODEBUG"
      })
  void refusesWhatTheCommandWouldObey(String name) {
    assertThatThrownBy(() -> ToolEnvironment.of(Map.of(name, "a\nb")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a*", "#a", "a\nb"})
  void refusesNamesThatMeanSomethingElse(String name) {
    assertThatThrownBy(() -> ToolEnvironment.of(Map.of(name, "x")))
        .isInstanceOf(EngineException.class);
  }

  @Test
  void doesNotTellValues() {
    assertThat(ToolEnvironment.of(Map.of("A", "secret", "B", "another\nsecret")).toString())
        .isEqualTo("[A] [B]");
  }
}
