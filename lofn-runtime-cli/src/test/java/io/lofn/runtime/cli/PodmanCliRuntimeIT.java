package io.lofn.runtime.cli;

import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.RuntimeConfig;
import io.lofn.testkit.ContainerRuntimeContract;
import java.util.Map;

class PodmanCliRuntimeIT extends ContainerRuntimeContract {

  @Override
  protected ContainerRuntime createRuntime() {
    return new CliRuntimeProvider().create(RuntimeConfig.of(Map.of("command", "podman")));
  }
}
