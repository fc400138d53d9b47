package io.lofn.runtime.docker;

import io.lofn.api.ContainerSettings;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.RuntimeConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The real engine, with containers that no other test uses. */
final class TestEngine {

  private static final String IMAGE = "busybox:1";
  private static final String LABEL = "io.lofn.runtime.docker.test";

  private final String id = UUID.randomUUID().toString();

  EngineAddress address() {
    Path home = Path.of(System.getProperty("user.home"));
    return DockerConfig.of(RuntimeConfig.of(Map.of()), System.getenv(), home).address();
  }

  static ContainerRuntime runtime(Map<String, String> properties, Duration callTimeout) {
    return new DockerRuntimeProvider()
        .create(RuntimeConfig.of(properties).callTimeout(callTimeout));
  }

  ContainerRuntime runtime() {
    return runtime(Map.of(), RuntimeConfig.DEFAULT_CALL_TIMEOUT);
  }

  Map<String, String> label() {
    return Map.of(LABEL, id);
  }

  ContainerSettings.Builder settings() {
    return ContainerSettings.defaults().toBuilder().label(LABEL, id);
  }

  /** A shell script in a container of a new name. */
  ContainerSpec.Builder shell(ContainerRuntime runtime, String script) {
    String image = runtime.prepare(ImageRequest.of(IMAGE)).id();
    return ContainerSpec.builder("lofn-test-" + UUID.randomUUID(), image)
        .settings(settings().build())
        .command(List.of("sh", "-c", script));
  }
}
