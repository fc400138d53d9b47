package io.lofn.runtime.cli.image;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.spi.ImageRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests whose images may run. The test changes owners of files, so it needs root. */
class TrustedPathTest {

  private static final int SOMEBODY = 12345;

  @TempDir private Path directory;
  private Path store;

  @BeforeEach
  void makeStore() throws IOException {
    store = Files.createDirectories(directory.resolve("user.ch/img"));
  }

  @ParameterizedTest
  @CsvSource({
    "user.ch/img, 0777, 0, 0",
    "user.ch/img, 01777, 0, 0",
    "user.ch, 0777, 0, 0",
    "user.ch/img, 0775, 0, 12345",
    "user.ch, 0775, 0, 12345",
    "user.ch/img, 0755, 12345, 0",
    "user.ch, 0755, 12345, 0",
    "user.ch, 01777, 12345, 0"
  })
  void imagesThatSomebodyElseCouldHavePutThereAreNotRun(
      String name, String mode, int owner, int group) throws IOException {
    change(name, mode, owner, group);
    Files.createDirectory(store.resolve("busybox+1"));

    assertThatThrownBy(() -> TrustedPath.check(store))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(directory.toRealPath().resolve(name) + " ")
        .hasMessageContaining("spark.lofn.cli.images");
    ImageStore images = new ImageStore(store, Optional.empty());
    assertThatThrownBy(() -> images.prepare(ImageRequest.of("busybox:1")))
        .isInstanceOf(EngineException.class);
    assertThatThrownBy(() -> images.files(store.resolve("busybox+1").toString()))
        .isInstanceOf(EngineException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "user.ch, 01777, 0, 0",
    "user.ch, 01777, 0, 12345",
    "user.ch/img, 0755, 0, 12345",
    "user.ch/img, 0775, 0, 0",
    "user.ch/img, 0700, 0, 0"
  })
  void imagesThatOnlyThisUserOrRootCouldHavePutThereAreRun(
      String name, String mode, int owner, int group) throws IOException {
    change(name, mode, owner, group);

    assertThatCode(() -> TrustedPath.check(store)).doesNotThrowAnyException();
  }

  @Test
  void aStoreThatIsMissingInADirectoryOfAllIsAnybodysToMake() throws IOException {
    change("user.ch", "01777", 0, 0);

    assertThatThrownBy(() -> TrustedPath.check(directory.resolve("user.ch/other/img")))
        .isInstanceOf(EngineException.class);
  }

  @Test
  void aLinkOfSomebodyElseLeadsNowhere() throws IOException {
    change("user.ch", "01777", 0, 0);
    Path theirs = Files.createDirectories(directory.resolve("theirs/img"));
    change("theirs", "0755", SOMEBODY, SOMEBODY);
    Path link = Files.createSymbolicLink(directory.resolve("user.ch/link"), theirs.getParent());

    assertThatThrownBy(() -> TrustedPath.check(link.resolve("img")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("belongs to user " + SOMEBODY);
  }

  private void change(String name, String mode, int owner, int group) throws IOException {
    Path path = directory.resolve(name);
    Files.setAttribute(path, "unix:uid", owner);
    Files.setAttribute(path, "unix:gid", group);
    Files.setAttribute(path, "unix:mode", Integer.parseInt(mode, 8));
  }
}
