package io.lofn.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryModesTest {

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(ints = {0, 0500, 0777, 02700, 01700, 04755})
  void areGivenBackWhateverTheyWereChangedTo(int changed) throws IOException {
    DirectoryModes modes = new DirectoryModes(List.of(directory));
    int before = mode();
    Files.setAttribute(directory, "unix:mode", changed);
    assertThat(mode()).isEqualTo(changed);

    modes.restore();

    assertThat(mode()).isEqualTo(before);
  }

  @Test
  void areThoseOfEachDirectory() throws IOException {
    Path open = Files.createDirectory(directory.resolve("open"));
    Files.setAttribute(open, "unix:mode", 01777);
    DirectoryModes modes = new DirectoryModes(List.of(directory, open));
    Files.setAttribute(open, "unix:mode", 0700);

    modes.restore();

    assertThat((Integer) Files.getAttribute(open, "unix:mode") & 07777).isEqualTo(01777);
  }

  private int mode() throws IOException {
    return (Integer) Files.getAttribute(directory, "unix:mode") & 07777;
  }
}
