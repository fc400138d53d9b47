package io.lofn.runtime.podman;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.spi.RuntimeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodmanConfigTest {

  @Test
  void prefersThePropertyToTheEnvironment() {
    Map<String, String> environment = Map.of("CONTAINER_HOST", "unix:///e");
    assertThat(socket(Map.of("socket", "/p"), environment)).isEqualTo("/p");
    assertThat(socket(Map.of("socket", "unix:///p"), environment)).isEqualTo("/p");
    assertThat(socket(Map.of(), environment)).isEqualTo("/e");
  }

  @Test
  void looksForTheUsersServiceAndThenTheSystems(@TempDir Path directory) throws IOException {
    Map<String, String> environment = Map.of("XDG_RUNTIME_DIR", directory.toString());
    assertThat(socket(Map.of(), environment)).isEqualTo("/run/podman/podman.sock");
    Path own = Files.createDirectory(directory.resolve("podman")).resolve("podman.sock");
    Files.createFile(own);
    assertThat(socket(Map.of(), environment)).isEqualTo(own.toString());
  }

  @Test
  void refusesOtherHosts() {
    assertThatThrownBy(() -> socket(Map.of(), Map.of("CONTAINER_HOST", "ssh://h/s")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("CONTAINER_HOST")
        .hasMessageContaining("ssh://h/s");
  }

  @Test
  void aCgroupForContainersIsOptional() {
    RuntimeConfig config = RuntimeConfig.of(Map.of("cgroup.parent", "/yarn"));
    assertThat(PodmanConfig.of(config, Map.of()).cgroupParent()).contains("/yarn");
    assertThat(PodmanConfig.of(RuntimeConfig.of(Map.of()), Map.of()).cgroupParent()).isEmpty();
  }

  private static String socket(Map<String, String> properties, Map<String, String> environment) {
    return PodmanConfig.of(RuntimeConfig.of(properties), environment).socket();
  }
}
