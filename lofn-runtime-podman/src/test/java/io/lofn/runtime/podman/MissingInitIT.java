package io.lofn.runtime.podman;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.ContainerSettings;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A service that is told of an init program that is not there. */
@Timeout(value = 60, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MissingInitIT {

  @TempDir private Path directory;

  @Test
  void toolsRunWithoutAnInitProgramThatIsMissing() throws Exception {
    PodmanConfig known = PodmanConfig.of(RuntimeConfig.of(Map.of()), System.getenv());
    PodmanConfig config =
        new PodmanConfig(
            known.socket(),
            known.ofThisUser(),
            known.callTimeout(),
            Optional.of(directory + "/catatonit"),
            known.cgroupParent());
    Map<String, String> label = Map.of("io.lofn.runtime.podman.test", UUID.randomUUID().toString());
    try (ContainerRuntime runtime =
        new PodmanRuntime(
            PodmanEngine.connect(config), new RegistryCredentials(Map.of(), directory))) {
      String image = runtime.prepare(ImageRequest.of("busybox:1")).id();
      ContainerSettings.Builder settings = ContainerSettings.defaults().toBuilder();
      label.forEach(settings::label);
      ContainerSpec spec =
          ContainerSpec.builder("lofn-test-" + UUID.randomUUID(), image)
              .settings(settings.build())
              .command(List.of("sh", "-c", "echo $$; exit 3"))
              .build();
      try (RunningContainer container = runtime.start(spec)) {
        assertThat(container.stdout().readAllBytes()).asString(US_ASCII).isEqualTo("1\n");
        assertThat(container.await(Duration.ofSeconds(30))).contains(new ContainerExit(3, false));
      }
      assertThat(runtime.list(label)).isEmpty();
    }
  }
}
