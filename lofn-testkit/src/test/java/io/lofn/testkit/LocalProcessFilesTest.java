package io.lofn.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.spi.Mount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalProcessFilesTest {

  @TempDir Path directory;
  private Path quoted;
  private LocalProcessFiles files;
  private Path root;

  @BeforeEach
  void createFiles() throws Exception {
    quoted = Files.createDirectory(directory.resolve("a name that needs 'quotes'"));
    files =
        LocalProcessFiles.create(
            List.of(new Mount(directory, "/shared", false), new Mount(quoted, "/shared/ref", true)),
            Set.of("/scratch"));
    root = files.home().getParent();
  }

  @AfterEach
  void deleteFiles() {
    files.delete();
  }

  @Test
  void replacesTheTargetsOfMounts() throws Exception {
    assertThat(
            files.translate(
                "sort </shared/in>'/shared/a b';x --in=/shared -o:/shared/ref/x,/scratch /shared"))
        .isEqualTo(
            "sort <%2$s/in>'%2$s/a b';x --in=%2$s -o:%1$s/m1/x,%1$s/m2 %2$s"
                .formatted(root, directory));
    assertThat(root.resolve("m1")).isSymbolicLink();
    assertThat(root.resolve("m1").toRealPath()).isEqualTo(quoted.toRealPath());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/shared2",
        "/shared-2/x",
        "/shared.txt",
        "/data/shared",
        "//shared",
        "./shared",
        "x/shared",
        "$HOME/shared",
        "${HOME}/shared",
        "$(pwd)/shared",
        "*/shared",
        "shared"
      })
  void leavesOtherPathsAlone(String text) {
    assertThat(files.translate(text)).isEqualTo(text);
  }

  @Test
  void doesNotReplaceTwice() {
    LocalProcessFiles others =
        LocalProcessFiles.create(List.of(new Mount(quoted, "/m0", true)), Set.of("/m1"));
    try {
      assertThat(others.translate("/m0/m1")).endsWith("/m0/m1").isNotEqualTo("/m0/m1");
    } finally {
      others.delete();
    }
  }

  @Test
  void startsInADirectoryOfItsOwnUnlessTold() {
    assertThat(files.workingDirectory(Optional.empty())).isEmptyDirectory();
    assertThat(files.workingDirectory(Optional.of("/shared"))).isEqualTo(directory);
    assertThatThrownBy(() -> files.workingDirectory(Optional.of("/no/such/directory")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("/no/such/directory");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/shared"})
  void refusesATargetThatCannotBeReplaced(String target) {
    List<Mount> mounts =
        List.of(new Mount(directory, "/shared", false), new Mount(directory, target, false));
    assertThatThrownBy(() -> LocalProcessFiles.create(mounts, Set.of()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(target);
  }

  @Test
  void makesNoDirectoryWhereNoneIsNeeded() throws Exception {
    Path temporary = root.getParent();
    List<Path> before = list(temporary);
    LocalProcessFiles others =
        LocalProcessFiles.create(List.of(new Mount(directory, "/shared", false)), Set.of());
    assertThat(others.workingDirectory(Optional.of("/shared"))).isEqualTo(directory);
    assertThat(list(temporary)).isEqualTo(before);
    others.delete();
  }

  private static List<Path> list(Path directory) throws Exception {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().contains("lofn-process-")).sorted().toList();
    }
  }

  @Test
  void deletesItselfButNotWhatIsMounted() throws Exception {
    Path kept = Files.createFile(directory.resolve("kept"));
    Files.createFile(files.home().resolve("file"));

    files.delete();

    assertThat(kept).exists();
    assertThat(root).doesNotExist();
    Files.createDirectory(root);
  }
}
