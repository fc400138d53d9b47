package io.lofn.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VolumeTest {

  @Test
  void aPathHasNoSchemeUntilTheJobSaysWhichFileSystemIsMeant() {
    Volume volume = Volume.of("/data/with space").at("/in");

    assertThat(volume.source().getScheme()).isNull();
    assertThat(volume.source().getPath()).startsWith("/data/with space");
    assertThat(volume.isUnpacked()).isFalse();
    assertThat(volume.unpacked().isUnpacked()).isTrue();
    assertThat(volume.unpacked().readWrite().readOnly().isUnpacked()).isTrue();
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

  @Test
  void theFormOfThePythonLofnIsUnderstood() {
    List<Volume> volumes =
        Volume.listOf(
            Map.of(
                "/a", Map.of("bind", "/x", "mode", "rw"),
                "/b", Map.of("bind", "/y", "mode", "ro"),
                "/c", Map.of("bind", "/z")));

    assertThat(volumes).extracting(Volume::target).containsExactly("/x", "/y", "/z");
    assertThat(volumes).extracting(Volume::isReadOnly).containsExactly(false, true, true);
    assertThat(Tool.pipe("i").volumes(volumes).volumes()).hasSize(3);
  }

  @Test
  void theFormsKeysAndModesAreTheSameInUpperAndLowerCase() {
    List<Volume> volumes =
        Volume.listOf(
            Map.of(
                "/a", Map.of("BIND", "/X", "MODE", "RW"),
                "/b", Map.of("Bind", "/y", "Mode", "Ro"),
                "/c", Map.of("BIND", "/z", "mode", "rO")));

    assertThat(volumes).extracting(Volume::target).containsExactly("/X", "/y", "/z");
    assertThat(volumes).extracting(Volume::isReadOnly).containsExactly(false, true, true);
    assertRefused(Map.of("/a", Map.of("bind", "/x", "BIND", "/y")), "has 'bind' twice");
  }

  @Test
  void placesAndWholeVolumesCanBeTexts() {
    List<Volume> places = Volume.listOf(Map.of("/a", "/x:RW", "/b", "/y"));
    assertThat(places).extracting(Volume::target).containsExactly("/x", "/y");
    assertThat(places).extracting(Volume::isReadOnly).containsExactly(false, true);

    List<Volume> texts =
        Volume.listOf(List.of("/b:/y", "/a:/x:rw", "hdfs://nn:8020/ref:/ref:ro", "hdfs:///r:/r"));
    assertThat(texts).extracting(Volume::target).containsExactly("/y", "/x", "/ref", "/r");
    assertThat(texts).extracting(Volume::isReadOnly).containsExactly(true, false, true, true);
    assertThat(texts)
        .extracting(volume -> volume.source().toString())
        .containsExactly("/b", "/a", "hdfs://nn:8020/ref", "hdfs:///r");
    for (String wrong : List.of("/a", "", ":/x", "/a:x", "/a:/b:w", "hdfs://nn/a", "a:/b")) {
      assertThatThrownBy(() -> Volume.listOf(List.of(wrong)))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void mistakesInTheFormAreNamed() {
    assertRefused(Map.of("/a", 17), "must be a map");
    assertRefused(Map.of("/a", Map.of("bind", "/x", "mod", "ro")), "unknown key 'mod'");
    assertRefused(Map.of("/a", Map.of("mode", "ro")), "needs 'bind'");
    assertRefused(Map.of("/a", Map.of("bind", "x")), "absolute path");
    assertRefused(Map.of("a", Map.of("bind", "/x")), "absolute path or a URI");
    assertRefused(Map.of("/a", Map.of("bind", "/x", "mode", "w")), "'ro' or 'rw'");
    List<Volume> clash =
        Volume.listOf(Map.of("/a", Map.of("bind", "/x"), "/b", Map.of("bind", "/x")));
    assertThatThrownBy(() -> Tool.pipe("i").volumes(clash)).hasMessageContaining("/x");
  }

  private static void assertRefused(Map<String, ?> form, String message) {
    assertThatThrownBy(() -> Volume.listOf(form))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
