package io.lofn.spark.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LocalDirectoriesTest {

  @Test
  void yarnComesFirst() {
    assertThat(
            LocalDirectories.of(
                Map.of("CONTAINER_ID", "c", "LOCAL_DIRS", "/y1,/y2", "SPARK_LOCAL_DIRS", "/s"),
                "/c"))
        .containsExactly(Path.of("/y1"), Path.of("/y2"));
  }

  @Test
  void theWorkersDirectoriesComeBeforeTheNodes() {
    assertThat(
            LocalDirectories.of(
                Map.of("SPARK_EXECUTOR_DIRS", "/e1:/e2", "SPARK_LOCAL_DIRS", "/s"), "/c"))
        .containsExactly(Path.of("/e1"), Path.of("/e2"));
    assertThat(LocalDirectories.of(Map.of("SPARK_LOCAL_DIRS", "/s", "LOCAL_DIRS", "/y"), "/c"))
        .containsExactly(Path.of("/s"));
  }

  @Test
  void theConfigurationComesBeforeTheTemporaryDirectory() {
    assertThat(LocalDirectories.of(Map.of(), "/c1, /c2"))
        .containsExactly(Path.of("/c1"), Path.of("/c2"));
    assertThat(LocalDirectories.of(Map.of(), ""))
        .containsExactly(Path.of(System.getProperty("java.io.tmpdir")));
  }
}
