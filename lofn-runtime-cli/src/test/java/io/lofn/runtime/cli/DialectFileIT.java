package io.lofn.runtime.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.ContainerSettings;
import io.lofn.api.ResourceLimits;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.Mount;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeConfig;
import io.lofn.spi.RuntimeFeature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the real podman with the dialect file of the documentation. */
class DialectFileIT {

  private static final String EXAMPLE =
      """
      extends=docker
      name=my-podman
      program=podman
      option.start=start --attach --detach-keys= --log-level=error
      option.remove=rm --force --volumes -t 0
      option.entrypoint=--entrypoint=[{json}]
      option.mount=--volume={source}:{target}
      option.read-only-mount=--volume={source}:{target}:ro
      option.memory=
      option.no-core-dumps=
      """;

  @Test
  void aProgramIsSpokenToAsAFileSays(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("dialect"), EXAMPLE);
    Path data = Files.createDirectory(directory.resolve("data"));
    Files.writeString(data.resolve("in"), "text\n");
    try (ContainerRuntime runtime =
        new CliRuntimeProvider()
            .create(RuntimeConfig.of(Map.of("dialect.file", file.toString())))) {
      assertThat(runtime.engine()).startsWith("podman CLI ");
      assertThat(runtime.unsupportedFeatures()).contains(RuntimeFeature.MEMORY);
      ContainerSpec spec =
          ContainerSpec.builder(
                  "lofn-dialect-" + UUID.randomUUID(),
                  runtime.prepare(ImageRequest.of("busybox:1")).id())
              .command(List.of("sh", "-c", "cat /data/in; echo no > /data/new || echo refused"))
              .mount(new Mount(data, "/data", true))
              .settings(
                  ContainerSettings.defaults().toBuilder()
                      .limits(ResourceLimits.none().memory(1 << 30))
                      .build())
              .build();
      try (RunningContainer container = runtime.start(spec)) {
        assertThat(container.stdout().readAllBytes()).asString(UTF_8).isEqualTo("text\nrefused\n");
        assertThat(container.await(Duration.ofSeconds(30)).orElseThrow().code()).isZero();
      }
    }
    assertThat(data.resolve("new")).doesNotExist();
  }

  @Test
  void theDocumentationHasThisExample() throws Exception {
    assertThat(Path.of("../docs/runtimes.md")).content().contains(EXAMPLE);
  }
}
