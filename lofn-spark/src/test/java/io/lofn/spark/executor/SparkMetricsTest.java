package io.lofn.spark.executor;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.lofn.spi.StagedVolume;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SparkMetricsTest {

  private final MetricRegistry registry = new MetricRegistry();
  private final SparkMetrics metrics = new SparkMetrics();

  SparkMetricsTest() {
    metrics.register(registry);
  }

  @Test
  void volumesThatWereThereBeforeAreCountedApart() {
    metrics.staged(volume(false));
    metrics.staged(volume(true));
    metrics.staged(volume(true));

    assertThat(registry.counter("volumes").getCount()).isEqualTo(3);
    assertThat(registry.counter("volumes.cached").getCount()).isEqualTo(2);
  }

  @Test
  void streamsPassOnWhatTheyCount() throws IOException {
    ByteArrayOutputStream stdin = new ByteArrayOutputStream();
    try (OutputStream counted = metrics.counted(stdin)) {
      counted.write(new byte[] {9, 1, 2, 9}, 1, 2);
      counted.write(3);
    }
    assertThat(stdin.toByteArray()).containsExactly(1, 2, 3);
    assertThat(registry.counter("bytes.in").getCount()).isEqualTo(3);

    try (InputStream counted =
        metrics.counted(new ByteArrayInputStream(new byte[] {4, 5, 6, 7, 8}))) {
      assertThat(counted.read()).isEqualTo(4);
      assertThat(counted.readAllBytes()).containsExactly(5, 6, 7, 8);
      assertThat(counted.read()).isEqualTo(-1);
    }
    assertThat(registry.counter("bytes.out").getCount()).isEqualTo(5);
  }

  private static StagedVolume volume(boolean cached) {
    return new StagedVolume() {
      @Override
      public Path path() {
        return Path.of("/data");
      }

      @Override
      public boolean wasCached() {
        return cached;
      }

      @Override
      public void close() {
        // Holds nothing.
      }
    };
  }
}
