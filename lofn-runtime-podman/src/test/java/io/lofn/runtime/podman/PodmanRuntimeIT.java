package io.lofn.runtime.podman;

import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.RuntimeConfig;
import io.lofn.testkit.ContainerRuntimeContract;
import io.lofn.testkit.Difference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

class PodmanRuntimeIT extends ContainerRuntimeContract {

  @Override
  protected ContainerRuntime createRuntime() {
    return new PodmanRuntimeProvider().create(RuntimeConfig.of(Map.of()));
  }

  @Override
  protected Set<Difference> differences() throws IOException {
    return Difference.ofTable(Path.of("../docs/runtimes.md"), "`podman`");
  }
}
