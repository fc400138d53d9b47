package io.lofn.spark.binary;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.core.storage.OutputStores;
import io.lofn.spi.OutputStore;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputDirectoryTest {

  @ParameterizedTest
  @CsvSource({"file:/a, file:/b", "file:/x/a, file:/x/b", "file:/x y/z/a, file:/x y/z/b"})
  void aNeighbourIsFoundAtTheRootOfAFileSystemToo(String location, String neighbour)
      throws IOException {
    OutputStore store = OutputStores.discover().store(Map.of());

    String parent = store.locate(OutputDirectory.parentOf(location));

    assertThat(OutputDirectory.below(parent, "b")).isEqualTo(neighbour);
  }

  @ParameterizedTest
  @CsvSource({"s3a://bucket/a, s3a://bucket/", "hdfs://nn:9000/d/a, hdfs://nn:9000/d/"})
  void theRootKeepsItsSlash(String location, String parent) {
    assertThat(OutputDirectory.parentOf(location)).isEqualTo(parent);
  }
}
