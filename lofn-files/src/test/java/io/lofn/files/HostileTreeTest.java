package io.lofn.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostileTreeTest {

  private OrdinaryUser user;

  @BeforeEach
  void make() throws IOException {
    user = new OrdinaryUser();
  }

  @AfterEach
  void delete() throws IOException {
    user.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "empty", "measure", "walk", "read"})
  void aDirectoryThatIsSwappedForALinkLeadsNowhere(String what) throws Exception {
    String said =
        user.run(
            Swapper.class, List.of("-Xmx128m"), what, user.directory().resolve("swap").toString());
    assertThat(said).endsWith("swaps\n");
  }

  @Test
  void anOrdinaryUserDeletesWhatModesForbidHim() throws Exception {
    user.run(ModesProgram.class, List.of("-Xmx128m"), user.directory().toString());
  }

  @Test
  void aTreeOfManyEntriesFitsInLittleMemory() throws Exception {
    user.run(CrowdProgram.class, List.of("-Xmx12m"), user.directory().toString());
  }

  @Test
  void whatCannotBeDeletedHoldsNothingElseUpAndIsNamed() throws Exception {
    Path tree = Files.createDirectory(user.directory().resolve("tree"));
    for (String name : new String[] {"a", "m", "z"}) {
      Path directory = Files.createDirectories(tree.resolve(name).resolve("deep"));
      Files.createFile(directory.resolve("file"));
      user.give(directory.resolve("file"));
      user.give(directory);
      user.give(tree.resolve(name));
    }
    Path others = Files.createDirectory(tree.resolve("m/deep/others\n"));
    Files.createFile(others.resolve("file"));
    Files.setPosixFilePermissions(
        others, PosixFilePermissions.fromString(user.isAnother() ? "r-xr-xr-x" : "---------"));
    user.give(tree);
    assertThat(user.run(StaysProgram.class, List.of(), tree.toString()))
        .startsWith("could not delete 1 entry of '")
        .contains("others\\u{a}");
    try (Stream<Path> left = Files.list(tree)) {
      assertThat(left).hasSize(1);
    }
  }

  @Test
  void aDirectoryOfItsOwnIsOpenedInOneThatItMayNotListAndNoLinkThere() throws Exception {
    Path all = Files.createDirectory(user.directory().resolveSibling("all"));
    Path own = privateDirectory(all.resolve("own"));
    Path secret = privateDirectory(user.directory().resolve("secret"));
    Path link = Files.createSymbolicLink(all.resolve("link"), secret);
    Path file = Files.createFile(all.resolve("file"));
    Files.setPosixFilePermissions(all, PosixFilePermissions.fromString("-wx-wx-wx"));

    String said =
        user.run(
            UnlistedProgram.class, List.of(), own.toString(), link.toString(), file.toString());

    Files.setPosixFilePermissions(all, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(said.lines()).containsExactly("emptied", "refused", "refused");
    assertThat(own).isEmptyDirectory();
    assertThat(secret.resolve("kept")).exists();
  }

  private Path privateDirectory(Path path) throws IOException {
    Files.createDirectory(path);
    user.give(Files.createFile(path.resolve("kept")));
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
    user.give(path);
    return path;
  }
}
