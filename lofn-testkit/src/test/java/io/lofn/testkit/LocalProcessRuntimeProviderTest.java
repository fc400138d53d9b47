package io.lofn.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.ImageUnavailableException;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.RuntimeConfig;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class LocalProcessRuntimeProviderTest {

  private static final RuntimeConfig CONFIG = RuntimeConfig.of(Map.of());

  @Test
  void isFoundAndUsedOnlyByItsName() {
    assertThat(ServiceLoader.load(ContainerRuntimeProvider.class))
        .singleElement()
        .isInstanceOf(LocalProcessRuntimeProvider.class)
        .satisfies(
            provider -> {
              assertThat(provider.name()).isEqualTo("process");
              assertThat(provider.priority()).isEqualTo(ContainerRuntimeProvider.NAMED_ONLY);
              assertThat(provider.unavailableReason(CONFIG)).isEmpty();
            });
  }

  @Test
  void hasEveryImageButThoseThatAreCalledMissing() {
    try (ContainerRuntime runtime = new LocalProcessRuntimeProvider().create(CONFIG)) {
      assertThat(runtime.prepare(ImageRequest.of("registry.example:5000/any/image:1")).reference())
          .isEqualTo("registry.example:5000/any/image:1");
      assertThatThrownBy(() -> runtime.prepare(ImageRequest.of("missing:1")))
          .isInstanceOf(ImageUnavailableException.class)
          .hasMessageContaining("missing:1");
    }
  }
}
