package io.lofn.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.spi.OutputStore;
import io.lofn.spi.StoredPath;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The tests that every {@link OutputStore} must pass. The test class of a store extends it. */
public abstract class OutputStoreContract {

  private @Nullable OutputStore store;
  private String root = "";

  /**
   * Creates the store under test.
   *
   * @return a new store
   */
  protected abstract OutputStore createStore() throws Exception;

  /**
   * Returns an empty directory of the store, for one test.
   *
   * @return a path that the store locates
   */
  protected abstract String directory() throws Exception;

  @BeforeEach
  final void locateTheDirectory() throws Exception {
    store = createStore();
    root = store.locate(directory());
  }

  /**
   * Returns the store, for additional tests.
   *
   * @return the result of {@link #createStore}
   */
  protected final OutputStore store() {
    return Objects.requireNonNull(store, "the store could not be created");
  }

  /**
   * Returns the location of the test's directory.
   *
   * @return the location of {@link #directory}
   */
  protected final String root() {
    return root;
  }

  @Test
  final void locatesALocationAsItIs() throws IOException {
    assertThat(root).matches("[a-z][a-z0-9+.-]*:.*");
    assertThat(store().locate(root)).isEqualTo(root);
  }

  @Test
  final void readsWhatWasWrittenUnderTheNameItGot() throws IOException {
    write("a/_new", "content");

    store().rename(root + "/a/_new", root + "/b/c d:e");

    assertThat(store().exists(root + "/a/_new")).isFalse();
    assertThat(store().exists(root + "/b/c d:e")).isTrue();
    assertThat(read("b/c d:e")).isEqualTo("content");
  }

  @Test
  final void renamesADirectoryWithAllBelowIt() throws IOException {
    write("a/b/file", "content");

    store().rename(root + "/a", root + "/c/d");

    assertThat(read("c/d/b/file")).isEqualTo("content");
    assertThat(store().list(root)).containsExactly(new StoredPath("c", true, 0));
  }

  @Test
  final void replacesNothing() throws IOException {
    write("file", "old");
    write("directory/file", "old");
    write("new", "new");

    assertThatThrownBy(() -> store().create(root + "/file").close())
        .isInstanceOf(IOException.class);
    for (String taken : new String[] {"/file", "/directory"}) {
      assertThatThrownBy(() -> store().rename(root + "/new", root + taken))
          .isInstanceOf(IOException.class);
    }
    assertThat(read("file")).isEqualTo("old");
    assertThat(read("new")).isEqualTo("new");
    assertThat(store().list(root + "/directory")).containsExactly(new StoredPath("file", false, 3));
  }

  @Test
  final void failsWithWhatIsNotThere() {
    assertThatThrownBy(() -> store().open(root + "/absent").close())
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> store().rename(root + "/absent", root + "/other"))
        .isInstanceOf(IOException.class);
  }

  @Test
  final void listsADirectoryByName() throws IOException {
    write("b", "12");
    write("a/x", "1");
    write("_c", "");

    assertThat(store().list(root))
        .containsExactly(
            new StoredPath("_c", false, 0),
            new StoredPath("a", true, 0),
            new StoredPath("b", false, 2));
    assertThat(store().list(root + "/absent")).isEmpty();
  }

  @Test
  final void deletesATreeAsOftenAsAsked() throws IOException {
    write("a/b/c", "1");

    store().delete(root + "/a");
    store().delete(root + "/a");

    assertThat(store().exists(root + "/a")).isFalse();
  }

  private void write(String name, String content) throws IOException {
    try (OutputStream out = store().create(root + "/" + name)) {
      out.write(content.getBytes(UTF_8));
    }
  }

  private String read(String name) throws IOException {
    try (InputStream in = store().open(root + "/" + name)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
