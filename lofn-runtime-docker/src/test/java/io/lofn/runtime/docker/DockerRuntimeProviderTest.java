package io.lofn.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.spi.ContainerRuntimeProvider;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class DockerRuntimeProviderTest {

  @Test
  void isFoundAsAService() {
    assertThat(ServiceLoader.load(ContainerRuntimeProvider.class))
        .filteredOn(provider -> provider.name().equals("docker"))
        .singleElement()
        .satisfies(provider -> assertThat(provider.priority()).isEqualTo(-10))
        .isInstanceOf(DockerRuntimeProvider.class);
  }
}
