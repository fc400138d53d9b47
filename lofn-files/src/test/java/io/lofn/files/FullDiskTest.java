package io.lofn.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FullDiskTest {

  @Test
  void aWriteThatTheSystemRefusesForWantOfRoomIsKnown() {
    IOException failure =
        catchThrowableOfType(
            IOException.class,
            () -> {
              try (OutputStream full = Files.newOutputStream(Path.of("/dev/full"))) {
                full.write(1);
              }
            });
    assertThat(FullDisk.isMeantBy(failure)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Disk quota exceeded", "file: No space left on device", "disk QUOTA EXCEEDED"})
  void quotasAndMessagesWithAFileAreKnown(String message) {
    assertThat(FullDisk.isMeantBy(new IOException(message))).isTrue();
  }

  @Test
  void otherFailuresAreNone() {
    assertThat(FullDisk.isMeantBy(new IOException((String) null))).isFalse();
    assertThat(FullDisk.isMeantBy(new IOException("Input/output error"))).isFalse();
    assertThat(FullDisk.isMeantBy(new NoSuchFileException("space"))).isFalse();
  }
}
