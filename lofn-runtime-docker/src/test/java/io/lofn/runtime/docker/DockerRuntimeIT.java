package io.lofn.runtime.docker;

import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.RuntimeConfig;
import io.lofn.testkit.ContainerRuntimeContract;
import java.util.Map;

class DockerRuntimeIT extends ContainerRuntimeContract {

  @Override
  protected ContainerRuntime createRuntime() {
    return new DockerRuntimeProvider().create(RuntimeConfig.of(Map.of()));
  }
}
