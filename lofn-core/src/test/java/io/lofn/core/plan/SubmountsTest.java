package io.lofn.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.LofnException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a tool could write below a volume although that is mounted read-only. */
class SubmountsTest {

  @TempDir private Path directory;
  private Path data;

  @BeforeEach
  void makeData() throws IOException {
    data = Files.createDirectory(directory.toRealPath().resolve("data"));
  }

  @Test
  void whatThisNodeHasMountedIsFound() {
    assertThat(new Submounts(Submounts.OF_THIS_PROCESS).writableBelow(Path.of("/dev")))
        .anyMatch(found -> found.startsWith("/dev/shm ("));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "%s/sub rw,relatime - tmpfs tmpfs rw|1",
        "%s/sub rw,relatime shared:12 master:3 - nfs4 server:/x rw,vers=4|1",
        "%s/deep/er/sub rw - ext4 /dev/sda rw|1",
        "%s/a\\040b\\012c rw - ext4 /dev/sda rw|1",
        "%s/file.txt rw - ext4 /dev/sda rw|1",
        "%s/sub rw,errors=remount-ro - ext4 /dev/sda rw,errors=remount-ro|1",
        "%s/sub ro,relatime - tmpfs tmpfs rw|0",
        "%s/sub rw,relatime - squashfs /dev/loop0 ro|0",
        "%s rw - ext4 /dev/sda rw|0",
        "%s-other/sub rw - ext4 /dev/sda rw|0",
        "/ rw - ext4 /dev/sda rw|0",
        "/elsewhere rw - ext4 /dev/sda rw|0"
      })
  void onlyWhatCanBeWrittenBelowTheDirectoryCounts(String mount, int count) throws IOException {
    Submounts submounts = submounts("36 35 98:0 /root " + mount.formatted(data));

    assertThat(submounts.writableBelow(data)).hasSize(count);
  }

  @Test
  void mountsAreNamedWithTheirFileSystem() throws IOException {
    Submounts submounts =
        submounts(
            "36 35 98:0 / %s/a\\040b rw - tmpfs tmpfs rw".formatted(data),
            "37 36 98:0 / %s/a\\040b/c rw - nfs server:/x rw".formatted(data));

    assertThat(submounts.writableBelow(data))
        .isEqualTo(List.of(data + "/a b (tmpfs)", data + "/a b/c (nfs)"));
  }

  @Test
  void aLinkToADirectoryIsThatDirectory() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), data);

    assertThat(submounts("1 1 0:1 / %s/sub rw - tmpfs t rw".formatted(data)).writableBelow(link))
        .hasSize(1);
  }

  @Test
  void allThatIsMountedLiesBelowTheRoot() throws IOException {
    assertThat(
            submounts("1 1 0:1 / / rw - ext4 /dev/sda rw", "2 1 0:2 / /dev rw - tmpfs t rw")
                .writableBelow(Path.of("/")))
        .isEqualTo(List.of("/dev (tmpfs)"));
  }

  @Test
  void namesNeedNotBeAscii() throws IOException {
    Path special = Files.createDirectory(data.resolve("ä%41 x"));

    assertThat(
            submounts("1 1 0:1 / %s/ä%%41\\040x/sub rw - tmpfs t rw".formatted(data))
                .writableBelow(special))
        .isEqualTo(List.of(special + "/sub (tmpfs)"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "36 35 98:0", "36 35 98:0 / /x rw - tmpfs"})
  void whatIsNotUnderstoodIsAnError(String line) throws IOException {
    Submounts submounts = submounts(line.replace("/x", data + "/x"));

    assertThatThrownBy(() -> submounts.writableBelow(data))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining(data.toString());
  }

  private Submounts submounts(String... lines) throws IOException {
    return new Submounts(
        Files.write(directory.resolve("mountinfo"), List.of(lines), StandardCharsets.UTF_8));
  }
}
