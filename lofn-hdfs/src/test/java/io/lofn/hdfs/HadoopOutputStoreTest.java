package io.lofn.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.spi.OutputStore;
import io.lofn.testkit.OutputStoreContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
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

  /** The JVM calls it {@code ?}, which would be a directory below the working directory. */
  @Test
  void theHomeOfAUserWithoutANameIsWhatTheEnvironmentSays() throws IOException {
    String known = System.setProperty("user.home", "?");
    try {
      HadoopOutputStore store =
          new HadoopOutputStore(new Configuration(false), Map.of("HOME", "/some/home"));
      assertThat(store.locate("lofn/x")).isEqualTo("file:/some/home/lofn/x");
      assertThat(store.locate("file:" + directory)).isEqualTo("file:" + directory);

      HadoopOutputStore homeless = new HadoopOutputStore(new Configuration(false), Map.of());
      assertThatThrownBy(() -> homeless.locate("lofn/x"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("spark.lofn.output.dir");
    } finally {
      System.setProperty("user.home", known);
    }
  }

  @Test
  void noFileOfChecksumsIsLeftNextToAFile() throws IOException {
    store().create(root() + "/a").close();

    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(directory.resolve("a"));
    }
  }
}
