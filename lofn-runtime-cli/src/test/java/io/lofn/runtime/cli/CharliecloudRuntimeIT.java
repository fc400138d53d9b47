package io.lofn.runtime.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.files.FileTree;
import io.lofn.files.Writers;
import io.lofn.runtime.cli.process.NodeUser;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeConfig;
import io.lofn.testkit.ContainerRuntimeContract;
import io.lofn.testkit.Difference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the real ch-run. */
class CharliecloudRuntimeIT extends ContainerRuntimeContract {

  static String images() {
    return Objects.requireNonNull(
        System.getenv("LOFN_CHARLIECLOUD_IMAGES"),
        "LOFN_CHARLIECLOUD_IMAGES is not set: eval \"$(dev/engines env charliecloud)\"");
  }

  private static final Path STATE = Path.of(System.getProperty("java.io.tmpdir"), "charliecloud");

  @Override
  protected ContainerRuntime createRuntime() {
    return new CliRuntimeProvider()
        .create(
            RuntimeConfig.of(
                Map.of("dialect", "charliecloud", "images", images(), "state", STATE.toString())));
  }

  /** In the default directory of ch-image, ch-run runs no image that is given by path. */
  @Test
  void runsImagesThatLieWhereChImageKeepsThem(@TempDir Path home) throws Exception {
    Path storage = Path.of("/var/tmp", NodeUser.name() + ".ch");
    Path images = Files.createDirectories(storage.resolve("img"));
    Path image = images.resolve("lofn-test+1");
    try {
      copyTo(image);
      ContainerRuntime runtime =
          new CliRuntimeProvider()
              .create(
                  RuntimeConfig.of(Map.of("dialect", "charliecloud", "state", home + "/state")));
      ContainerSpec spec =
          ContainerSpec.builder("n", runtime.prepare(ImageRequest.of("lofn-test:1")).id())
              .command(List.of("sh", "-c", "echo storage: $CH_IMAGE_STORAGE"))
              .build();
      try (RunningContainer container = runtime.start(spec)) {
        assertThat(new String(container.stdout().readAllBytes(), UTF_8)).isEqualTo("storage:\n");
      }
    } finally {
      FileTree.delete(image, Writers.GONE);
    }
  }

  private static void copyTo(Path image) throws Exception {
    Process process =
        new ProcessBuilder("cp", "-a", images() + "/busybox+1", image.toString()).start();
    assertThat(process.waitFor()).isZero();
  }

  @Override
  protected Set<Difference> differences() throws IOException {
    return Difference.ofTable(Path.of("../docs/runtimes.md"), "charliecloud");
  }
}
