package io.lofn.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.spi.OutputStore;
import io.lofn.testkit.OutputStoreContract;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
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

  /** The JVM returns {@code ?} for it, which would be a directory below the working directory. */
  @Test
  void theHomeOfAUserWithoutANameIsWhatTheEnvironmentSays() throws IOException {
    String known = System.setProperty("user.home", "?");
    try {
      HadoopOutputStore store = with(Map.of("HOME", "/some/home"));
      assertThat(store.locate("lofn/x")).isEqualTo("file:/some/home/lofn/x");
      assertThat(store.locate("file:" + directory)).isEqualTo("file:" + directory);

      HadoopOutputStore homeless = with(Map.of());
      assertThatThrownBy(() -> homeless.locate("lofn/x"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("spark.lofn.output.dir");
    } finally {
      System.setProperty("user.home", known);
    }
  }

  private static HadoopOutputStore with(Map<String, String> environment) {
    return new HadoopOutputStore(new Configuration(false), environment, LocalNames.ofThisJvm());
  }

  @Test
  void noFileOfChecksumsIsLeftNextToAFile() throws IOException {
    store().create(root() + "/a").close();

    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(directory.resolve("a"));
    }
  }

  @Test
  void aNameThatTheLocaleOfTheJvmHasNotIsAnErrorThatSaysHowToSetIt() throws IOException {
    OutputStore ascii =
        new HadoopOutputStore(
            new Configuration(), System.getenv(), new LocalNames(StandardCharsets.US_ASCII));

    ascii.create(root() + "/plain").close();
    assertThatThrownBy(() -> ascii.create(root() + "/a/\u00e9"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("\u00e9")
        .hasMessageContaining("sun.jnu.encoding=US-ASCII")
        .hasMessageContaining("spark.executorEnv.LC_ALL=C.UTF-8");
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(directory.resolve("plain"));
    }
  }

  @Test
  void aFileThatIsNotFoundByItsNameIsNotPassedOver() throws IOException {
    Files.createFile(directory.resolve("good"));
    assertThat(store().list(root())).hasSize(1);
    Files.createFile(Path.of(URI.create("file://" + directory.toUri().getRawPath() + "a%FF")));

    assertThatThrownBy(() -> store().list(root()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot encode the file name");
  }
}
