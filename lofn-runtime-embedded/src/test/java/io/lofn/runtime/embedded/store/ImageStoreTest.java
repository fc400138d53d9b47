package io.lofn.runtime.embedded.store;

import static io.lofn.runtime.embedded.store.TestImage.put;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_NORMAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ImageStoreTest {

  @TempDir private Path directory;
  private Path images;
  private ImageStore store;

  @BeforeEach
  void makeAStore() {
    images = directory.resolve("images");
    store = TestImage.store(images);
  }

  private static TestImage image(String name, String content) throws Exception {
    return TestImage.named(name).layer(tar -> put(tar, LF_NORMAL, "file", content));
  }

  private void load(Path archive) {
    store.load(archive, Duration.ofSeconds(30));
  }

  private UnpackedRoot open(String reference) {
    return store.open(store.prepare(ImageRequest.of(reference)).id());
  }

  @Test
  void anArchiveIsUnpackedIntoATreeThatIsNamedByTheDigestOfTheConfiguration() throws Exception {
    TestImage image = image("a/b:1", "x");
    load(image.saveTo(directory.resolve("archive.tar")));

    PreparedImage prepared = store.prepare(ImageRequest.of("a/b:1").policy(PullPolicy.NEVER));
    UnpackedRoot root = store.open(prepared.id());

    assertThat(prepared.id()).isEqualTo(image.id());
    assertThat(prepared.config().command()).containsExactly("/c");
    assertThat(root.config()).isEqualTo(prepared.config());
    assertThat(root.root().resolve("file")).hasContent("x");
    assertThat(root.root())
        .isEqualTo(images.resolve("sha256").resolve(TestImage.hex(image.id())).resolve("root"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(images)))
        .isEqualTo("rwx------");
    assertThat(images.resolve("begun")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tools/sort",
        "tools/sort:latest",
        "docker.io/tools/sort",
        "index.docker.io/tools/sort:latest"
      })
  void anImageIsFoundByEveryFormOfItsName(String name) throws Exception {
    for (String saved : List.of("tools/sort:latest", "docker.io/tools/sort:latest")) {
      TestImage image = image(saved, saved);
      load(image.saveTo(directory.resolve("archive.tar")));
      assertThat(store.prepare(ImageRequest.of(name)).id()).isEqualTo(image.id());
    }
  }

  @Test
  void whatCannotBeCleanedUpFailsNoLoad() throws Exception {
    load(image("old:1", "x").saveTo(directory.resolve("old.tar")));
    Files.createDirectory(images.resolve("names/no-name"));

    load(image("new:1", "y").saveTo(directory.resolve("new.tar")));

    assertThat(open("new:1").root().resolve("file")).hasContent("y");
  }

  @Test
  void anImageIsFoundByItsId() throws Exception {
    TestImage image = image("a:1", "x");
    load(image.saveTo(directory.resolve("archive.tar")));

    assertThat(open(image.id()).root()).isDirectory();
    assertThat(open(TestImage.hex(image.id())).root()).isDirectory();
  }

  @Test
  void anImageThatIsNotHereIsNamedWithWhatToDo() {
    for (String name : List.of("a:1", "sha256:" + "0".repeat(64))) {
      assertThatThrownBy(() -> store.prepare(ImageRequest.of(name).policy(PullPolicy.NEVER)))
          .isInstanceOf(ImageUnavailableException.class)
          .hasMessageContaining(name)
          .hasMessageContaining("Tool.imageArchive");
    }
    assertThatThrownBy(() -> store.open("sha256:" + "0".repeat(64)))
        .isInstanceOf(ImageUnavailableException.class);
    assertThatThrownBy(() -> store.open("../x")).isInstanceOf(ImageUnavailableException.class);
  }
}
