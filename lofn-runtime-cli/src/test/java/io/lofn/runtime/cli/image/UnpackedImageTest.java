package io.lofn.runtime.cli.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.spi.ImageConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnpackedImageTest {

  @TempDir Path image;

  private void write(String name, String text) throws IOException {
    Files.createDirectories(image.resolve(name).getParent());
    Files.writeString(image.resolve(name), text);
  }

  private ImageConfig config() {
    return UnpackedImage.config(image);
  }

  @Test
  void whatLofnUnpackedTellsAllButVolumesWhichNoSuchProgramMounts() throws IOException {
    write(
        "ch/lofn-config.json",
        """
        {"config": {"Env": ["my.opt=1", "A=two\\nlines"], "WorkingDir": "/w", "Volumes": {"/v": {}},
          "Entrypoint": ["/e", "f"], "Cmd": ["c"], "User": "7:8", "StopSignal": "SIGINT"}}
        """);
    write("ch/environment", "A=two\nlines\n");
    assertThat(config())
        .isEqualTo(
            ImageConfig.empty()
                .environment(List.of("my.opt=1", "A=two\nlines"))
                .workingDirectory("/w")
                .entrypoint(List.of("/e", "f"))
                .command(List.of("c"))
                .user("7:8")
                .stopSignal("SIGINT"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ch/lofn-config.json", "ch/metadata.json", "ch/environment"})
  void aFileOfAnImageThatIsLongerThanAnyNeedsIsNotHeld(String name) throws IOException {
    write("ch/metadata.json", "{}");
    write(name, "");
    try (FileChannel file = FileChannel.open(image.resolve(name), StandardOpenOption.WRITE)) {
      assertThat(file.write(ByteBuffer.allocate(1), 1L << 40)).isEqualTo(1);
    }

    assertThatThrownBy(this::config).hasMessageContaining("has more than 16777216 bytes");
  }

  @Test
  void whatCharliecloudUnpackedTellsVariablesAndDirectory() throws IOException {
    write("ch/metadata.json", "{\"cwd\": \"/w\", \"env\": {\"A\": \"b\"}, \"volumes\": [\"/v\"]}");
    assertThat(config())
        .isEqualTo(ImageConfig.empty().environment(List.of("A=b")).workingDirectory("/w"));

    write("ch/environment", "A=c d\nQUOTED='it is'\nno variable\nFOO-BAR=x=y\n");
    assertThat(config())
        .isEqualTo(
            ImageConfig.empty()
                .environment(List.of("A=c d", "QUOTED=it is", "FOO-BAR=x=y"))
                .workingDirectory("/w"));
  }

  @Test
  void whatCharliecloudPulledTellsTheDirectoryUnlessABuildHasChangedIt() throws IOException {
    write("ch/config.pulled.json", "{\"config\": {\"WorkingDir\": \"/w\", \"Env\": [\"A=b\"]}}");
    assertThat(config()).isEqualTo(ImageConfig.empty().workingDirectory("/w"));
    write("ch/metadata.json", "{}");
    assertThat(config()).isEqualTo(ImageConfig.empty().workingDirectory("/w"));
    write("ch/metadata.json", "{\"cwd\": \"/\"}");
    assertThat(config().workingDirectory()).contains("/");
  }

  @Test
  void whatApptainerUnpackedTellsVariables() throws IOException {
    write(
        ".singularity.d/env/10-docker2singularity.sh",
        """
        #!/bin/sh
        export PATH="/usr/bin:/bin"
        export LANG="${LANG:-"C.UTF-8"}"
        export SAID="${SAID:-"\\"a\\" \\$b"}"
        """);
    assertThat(config())
        .isEqualTo(
            ImageConfig.empty()
                .environment(List.of("PATH=/usr/bin:/bin", "LANG=C.UTF-8", "SAID=\"a\" $b")));
  }

  @Test
  void anImageInOneFileOrWithoutNotesTellsNothing() throws IOException {
    assertThat(config()).isEqualTo(ImageConfig.empty());
    assertThat(UnpackedImage.config(Files.createFile(image.resolve("image.sif"))))
        .isEqualTo(ImageConfig.empty());
  }
}
