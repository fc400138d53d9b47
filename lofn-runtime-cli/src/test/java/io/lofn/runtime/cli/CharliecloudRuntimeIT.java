package io.lofn.runtime.cli;

import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.RuntimeConfig;
import io.lofn.testkit.ContainerRuntimeContract;
import io.lofn.testkit.Difference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

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

  @Override
  protected Set<Difference> differences() throws IOException {
    return Difference.ofTable(Path.of("../docs/runtimes.md"), "charliecloud");
  }
}
