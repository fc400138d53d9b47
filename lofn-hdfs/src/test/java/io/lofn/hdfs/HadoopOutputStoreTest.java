package io.lofn.hdfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.spi.OutputStore;
import io.lofn.spi.StoredPath;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HadoopOutputStoreTest {

  private final OutputStore store = new HadoopOutputStoreProvider().create(Map.of());
  @TempDir private Path directory;
  private String root;

  @BeforeEach
  void locateTheDirectory() throws IOException {
    root = store.locate(directory.toString());
  }

  @Test
  void pathsWithoutASchemeAreOnTheDefaultFileSystemAndRelativeOnesBelowTheHome()
      throws IOException {
    assertThat(root).isEqualTo("file:" + directory);
    assertThat(store.locate("file:" + directory)).isEqualTo(root);
    assertThat(store.locate("lofn/x"))
        .isEqualTo("file:" + System.getProperty("user.home") + "/lofn/x");
  }

  @Test
  void whatIsWrittenIsReadUnderTheNameItGets() throws IOException {
    write("a/_new", "content");

    store.rename(root + "/a/_new", root + "/b/c d:e");

    assertThat(store.exists(root + "/a/_new")).isFalse();
    try (InputStream in = store.open(root + "/b/c d:e")) {
      assertThat(in.readAllBytes()).asString().isEqualTo("content");
    }
    assertThat(directory.resolve("b/c d:e")).hasContent("content");
  }

  @Test
  void noFileOfChecksumsIsLeftNextToAFile() throws IOException {
    write("a", "content");

    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(directory.resolve("a"));
    }
  }

  @Test
  void nothingIsReplaced() throws IOException {
    write("file", "old");
    write("directory/file", "old");
    write("new", "new");

    assertThatThrownBy(() -> store.create(root + "/file").close()).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> store.rename(root + "/new", root + "/file"))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> store.rename(root + "/new", root + "/directory"))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> store.rename(root + "/absent", root + "/other"))
        .isInstanceOf(IOException.class);
    assertThat(directory.resolve("file")).hasContent("old");
  }

  @Test
  void directoriesAreListedByName() throws IOException {
    write("b", "12");
    write("a/x", "1");
    write("_c", "");

    assertThat(store.list(root))
        .containsExactly(
            new StoredPath("_c", false, 0),
            new StoredPath("a", true, 0),
            new StoredPath("b", false, 2));
    assertThat(store.list(root + "/absent")).isEmpty();
  }

  @Test
  void treesAreDeletedOnceAndAgain() throws IOException {
    write("a/b/c", "1");

    store.delete(root + "/a");
    store.delete(root + "/a");

    assertThat(directory.resolve("a")).doesNotExist();
  }

  private void write(String name, String content) throws IOException {
    try (OutputStream out = store.create(root + "/" + name)) {
      out.write(content.getBytes(UTF_8));
    }
  }
}
