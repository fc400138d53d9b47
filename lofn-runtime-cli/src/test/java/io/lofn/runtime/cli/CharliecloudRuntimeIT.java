package io.lofn.runtime.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.ContainerSettings;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  /** In whatever way the image notes it, and where a shell starts the tool. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "lofn-config.json|{'config': {'WorkingDir': '/usr'}}",
        "metadata.json|{'cwd': '/usr'}",
        "config.pulled.json|{'config': {'WorkingDir': '/usr'}}"
      })
  void startsToolsInTheWorkingDirectoryOfTheirImage(
      String file, String text, @TempDir Path directory) throws Exception {
    Path image = directory.resolve("images/lofn-test+1");
    Files.createDirectories(image.getParent());
    copyTo(image);
    Files.createDirectories(image.resolve("ch"));
    Files.writeString(image.resolve("ch").resolve(file), text.replace('\'', '"'));
    ContainerRuntime runtime =
        new CliRuntimeProvider()
            .create(
                RuntimeConfig.of(
                    Map.of(
                        "dialect",
                        "charliecloud",
                        "images",
                        image.getParent().toString(),
                        "state",
                        directory + "/state")));
    ContainerSpec.Builder spec =
        ContainerSpec.builder("n", runtime.prepare(ImageRequest.of("lofn-test:1")).id())
            .command(List.of("sh", "-c", "pwd"));
    try (RunningContainer container = runtime.start(spec.build())) {
      assertThat(new String(container.stdout().readAllBytes(), UTF_8)).isEqualTo("/usr\n");
    }
    spec.settings(ContainerSettings.defaults().toBuilder().workingDirectory("/etc").build());
    try (RunningContainer container = runtime.start(spec.build())) {
      assertThat(new String(container.stdout().readAllBytes(), UTF_8)).isEqualTo("/etc\n");
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
