package io.lofn.runtime.cli.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.spi.RuntimeFeature;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EngineInfoTest {

  private static EngineInfo parse(String answer) {
    return Dialects.ofAnswer(answer).orElseThrow();
  }

  @Test
  void knowsDocker() {
    assertThat(
            parse(
                """
                {"ServerVersion":"20.10.24","NCPU":2,"SecurityOptions":["name=seccomp"],
                 "ClientInfo":{"Version":"28.1"}}\
                """))
        .isEqualTo(
            new EngineInfo(
                Docker.DIALECT,
                "docker CLI 28.1 with engine 20.10.24",
                2,
                false,
                Set.of(RuntimeFeature.READ_ONLY_SUBMOUNTS)));
  }

  @Test
  void knowsDockerWithoutRoot() {
    EngineInfo info =
        parse(
            """
            {"ServerVersion":"24.0","NCPU":2,"SecurityOptions":["name=seccomp","name=rootless"]}\
            """);
    assertThat(info.rootless()).isTrue();
    assertThat(info.description()).isEqualTo("docker CLI with engine 24.0");
  }

  @Test
  void knowsPodman() {
    assertThat(
            parse(
                """
                {"host":{"cpus":8,"serviceIsRemote":true,"security":{"rootless":true}},
                 "version":{"Version":"4.3.1"}}\
                """))
        .isEqualTo(
            new EngineInfo(
                Podman.DIALECT,
                "podman CLI 4.3.1, rootless, remote",
                8,
                true,
                Set.of(RuntimeFeature.READ_ONLY_SUBMOUNTS)));
  }

  @Test
  void knowsWhatTheNodeDoesNotLetItDo() {
    assertThat(
            parse(
                    """
                    {"ServerVersion":"1","MemoryLimit":false,"CpuCfsQuota":true,"PidsLimit":false}\
                    """)
                .unsupportedFeatures())
        .containsExactlyInAnyOrder(
            RuntimeFeature.MEMORY,
            RuntimeFeature.PIDS,
            RuntimeFeature.OUT_OF_MEMORY_DETECTION,
            RuntimeFeature.READ_ONLY_SUBMOUNTS);
    assertThat(
            parse(
                    """
                    {"host":{"cgroupControllers":["cpu","pids"]},"version":{"Version":"4"}}\
                    """)
                .unsupportedFeatures())
        .containsExactlyInAnyOrder(
            RuntimeFeature.MEMORY,
            RuntimeFeature.OUT_OF_MEMORY_DETECTION,
            RuntimeFeature.READ_ONLY_SUBMOUNTS);
    assertThat(
            parse(
                    """
                    {"host":{"cgroupVersion":"v1","cgroupControllers":["cpu","memory","pids"],
                     "security":{"rootless":true}},"version":{"Version":"4"}}\
                    """)
                .missing())
        .containsExactlyInAnyOrder(
            RuntimeFeature.MEMORY,
            RuntimeFeature.CPUS,
            RuntimeFeature.PIDS,
            RuntimeFeature.READ_ONLY_SUBMOUNTS);
  }

  @ParameterizedTest
  @CsvSource({
    "25.0.1, 25.0.0, 5.12.0, true",
    "28.2.2, 27.1, 6.1.0-13-amd64, true",
    "28.2.2, 20.10.24+dfsg1, 6.1.0, false",
    "24.0.9, 25.0.0, 6.1.0, false",
    "28.2.2, 27.1, 5.4.0, false",
    "28.2.2, 27.1, '', false",
    "'', 27.1, 6.1.0, false",
    "28.2.2, dev, 6.1.0, false"
  })
  void onlyProgramEngineAndKernelTogetherCloseWhatIsMountedBelow(
      String client, String server, String kernel, boolean closes) {
    assertThat(
            parse(
                    "{\"ServerVersion\":\"%s\",\"ClientInfo\":{\"Version\":\"%s\"},\"KernelVersion\":\"%s\"}"
                        .formatted(server, client, kernel))
                .unsupportedFeatures()
                .contains(RuntimeFeature.READ_ONLY_SUBMOUNTS))
        .isNotEqualTo(closes);
  }

  @Test
  void hasProcessorsEvenIfItDoesNotSay() {
    assertThat(parse("{\"ServerVersion\":\"1\"}").cpus()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "hello", "{}", "[]", "null", "{\"ServerVersion\":\"\"}", "{\"version\":1}"})
  void knowsNothingElse(String answer) {
    assertThat(Dialects.ofAnswer(answer)).isEmpty();
  }
}
