package io.lofn.hdfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.spi.OutputStore;
import io.lofn.testkit.OutputStoreContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HadoopOutputStoreTest extends OutputStoreContract {

  @TempDir private Path directory;

  @Override
  protected OutputStore createStore() {
    return new HadoopOutputStoreProvider().create(Map.of());
  }

  @Override
  protected String directory() {
    return directory.toString();
  }

  @Test
  void pathsWithoutASchemeAreOnTheDefaultFileSystemAndRelativeOnesBelowTheHome()
      throws IOException {
    assertThat(root()).isEqualTo("file:" + directory);
    assertThat(store().locate("file:" + directory)).isEqualTo(root());
    assertThat(store().locate("lofn/x"))
        .isEqualTo("file:" + System.getProperty("user.home") + "/lofn/x");
  }

  @Test
  void noFileOfChecksumsIsLeftNextToAFile() throws IOException {
    store().create(root() + "/a").close();

    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(directory.resolve("a"));
    }
  }
}
