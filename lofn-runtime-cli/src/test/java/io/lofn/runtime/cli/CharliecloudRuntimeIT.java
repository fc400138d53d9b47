package io.lofn.runtime.cli;

import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.RuntimeConfig;
import io.lofn.testkit.ContainerRuntimeContract;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

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
}
