package io.lofn.testkit;

import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.RuntimeConfig;
import java.util.Map;

class LocalProcessRuntimeTest extends ContainerRuntimeContract {

  @Override
  protected ContainerRuntime createRuntime() {
    return new LocalProcessRuntimeProvider().create(RuntimeConfig.of(Map.of()));
  }
}
