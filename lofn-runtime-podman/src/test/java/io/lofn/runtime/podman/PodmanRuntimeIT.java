package io.lofn.runtime.podman;

import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.RuntimeConfig;
import io.lofn.testkit.ContainerRuntimeContract;
import java.util.Map;

class PodmanRuntimeIT extends ContainerRuntimeContract {

  @Override
  protected ContainerRuntime createRuntime() {
    return new PodmanRuntimeProvider().create(RuntimeConfig.of(Map.of()));
  }
}
