package io.lofn.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VolumeTest {

  @Test
  void aPathIsAFileOfEveryNode() {
    Volume volume = Volume.of("/data/with space").at("/in");

    assertThat(volume.source().getScheme()).isEqualTo("file");
    assertThat(volume.source().getPath()).startsWith("/data/with space");
    assertThat(volume.isReadOnly()).isTrue();
    assertThat(volume.readWrite().isReadOnly()).isFalse();
    assertThat(volume.readWrite().readOnly().isReadOnly()).isTrue();
  }

  @Test
  void aUriIsTakenAsItIs() {
    assertThat(Volume.of("hdfs://nn:8020/ref").at("/ref").source())
        .isEqualTo(URI.create("hdfs://nn:8020/ref"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"data", "./data", ""})
  void aRelativeSourceIsRefused(String source) {
    assertThatThrownBy(() -> Volume.of(source))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("absolute path or a URI");
  }

  @ParameterizedTest
  @CsvSource({"/a/, /a", "/a//b, /a/b", "/a/./b/., /a/b", "/, /"})
  void targetsAreNormalised(String target, String expected) {
    assertThat(Volume.of("/x").at(target).target()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "", "/a/../b", "/.."})
  void targetsMustBeAbsoluteAndPlain(String target) {
    assertThatThrownBy(() -> Volume.of("/x").at(target))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
