package io.lofn.runtime.embedded.helper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewFilesTest {

  @TempDir private Path temporary;

  private Path directory;

  @BeforeEach
  void makeDirectory() throws Exception {
    directory = HelperProgram.privateDirectory(temporary.resolve("dir"));
  }

  private static Path left(Path file, Duration age) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "half");
    return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
  }

  @Test
  void putsAFileThatIsWhole() throws Exception {
    Path file = directory.resolve("file");
    NewFiles.put(file, empty -> Files.writeString(empty, "content"));
    assertThat(file).hasContent("content").isExecutable();
    assertThat(directory.toFile().list()).containsExactly("file");
  }

  @Test
  void leavesNothingOfAFileThatCannotBeWritten() {
    assertThatThrownBy(
            () ->
                NewFiles.put(
                    directory.resolve("file"),
                    empty -> {
                      Files.writeString(empty, "half");
                      throw new IOException("No space left on device");
                    }))
        .hasMessage("No space left on device");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void removesWhatKilledProcessesLeftAndNothingElse() throws Exception {
    Path old = left(directory.resolve("new-1.tmp"), Duration.ofHours(2));
    Path young = left(directory.resolve("new-2.tmp"), Duration.ofMinutes(30));
    Path other = left(directory.resolve("older.tmp"), Duration.ofHours(2));
    NewFiles.removeLeftovers(directory);
    assertThat(old).doesNotExist();
    assertThat(List.of(young, other)).allSatisfy(each -> assertThat(each).exists());
  }

  @Test
  void removesItWhereTheProgramIsUnpacked() throws Exception {
    HelperProgram.privateDirectory(directory.resolve("bin"));
    Path old = left(directory.resolve("bin/new-1.tmp"), Duration.ofHours(2));
    HelperProgram unused =
        HelperProgram.unpack(name -> Optional.of(new byte[] {1}), "amd64", directory);
    assertThat(unused.path()).exists();
    assertThat(old).doesNotExist();
  }
}
