package io.lofn.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.PullPolicy;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpiValuesTest {

  private static final List<UnaryOperator<ImageConfig>> SETTERS =
      List.of(
          config -> config.environment(Map.of("A", "b")),
          config -> config.volumes(List.of("/v")),
          config -> config.workingDirectory("/w"),
          config -> config.entrypoint(List.of("e")),
          config -> config.command(List.of("c")),
          config -> config.user("u"),
          config -> config.stopSignal("SIGINT"));

  @Test
  void whatAnImageSaysKeepsEveryFieldWhateverIsSetAfterIt() throws Exception {
    ImageConfig full = ImageConfig.empty();
    for (UnaryOperator<ImageConfig> setter : SETTERS) {
      full = setter.apply(full);
    }
    ImageConfig again = full;
    for (UnaryOperator<ImageConfig> setter : SETTERS) {
      again = setter.apply(again);
      assertThat(setter.apply(ImageConfig.empty())).isNotEqualTo(ImageConfig.empty());
    }

    assertThat(again).isEqualTo(full).hasSameHashCodeAs(full);
    for (Field field :
        Stream.of(ImageConfig.class.getDeclaredFields())
            .filter(each -> !Modifier.isStatic(each.getModifiers()))
            .toList()) {
      field.setAccessible(true);
      assertThat(field.get(full)).as("%s", field).isNotEqualTo(field.get(ImageConfig.empty()));
    }
  }

  @Test
  void aRequestKeepsTheDigestThatIsKnownWhateverIsSetAfterIt() {
    ImageRequest plain = ImageRequest.of("busybox:1");
    ImageRequest known =
        plain
            .digest("sha256:1")
            .policy(PullPolicy.ALWAYS)
            .platform("linux/arm64")
            .pullTimeout(Duration.ofSeconds(1));

    assertThat(plain.digest()).isEmpty();
    assertThat(known.digest()).contains("sha256:1");
    assertThat(plain.digest("sha256:1"))
        .isEqualTo(plain.digest("sha256:1"))
        .hasSameHashCodeAs(plain.digest("sha256:1"))
        .isNotEqualTo(plain);
    assertThat(known).asString().contains("busybox:1", "sha256:1");
  }

  @Test
  void aConfigurationKeepsHadoopsPropertiesAndShowsNone() {
    RuntimeConfig config =
        RuntimeConfig.of(Map.of("key", "a"))
            .hadoop(Map.of("fs.s3a.secret.key", "hidden"))
            .callTimeout(Duration.ofSeconds(1));

    assertThat(config.hadoop()).containsEntry("fs.s3a.secret.key", "hidden");
    assertThat(config.property("key")).contains("a");
    assertThat(RuntimeConfig.of(Map.of()).hadoop()).isEmpty();
    assertThat(config).asString().doesNotContain("hidden");
  }

  @Test
  void anImageThatSaysNothingInManyWordsSaysNothing() {
    assertThat(ImageConfig.empty().workingDirectory("").user("").stopSignal(null))
        .isEqualTo(ImageConfig.empty());
  }

  @Test
  void anImageIsThatOfItsIdAndWhatItSays() {
    PreparedImage image = PreparedImage.of("busybox:1", "sha256:1");
    ImageConfig config = ImageConfig.empty().user("7");

    assertThat(image).isEqualTo(PreparedImage.of("busybox:1", "sha256:1"));
    assertThat(image.config()).isEqualTo(ImageConfig.empty());
    assertThat(image.config(config).config()).isEqualTo(config);
    assertThat(image.config(config)).isNotEqualTo(image);
    assertThat(image).isNotEqualTo(PreparedImage.of("busybox:1", "sha256:2"));
  }

  @Test
  void anEndTellsOnlyWhatIsKnownOfIt() {
    ContainerExit end = new ContainerExit(137, true);
    ContainerExit metered = end.peakMemory(1 << 20).cpuTime(Duration.ofSeconds(2));

    assertThat(end.peakMemory()).isEmpty();
    assertThat(end.cpuTime()).isEmpty();
    assertThat(metered.code()).isEqualTo(137);
    assertThat(metered.outOfMemory()).isTrue();
    assertThat(metered.peakMemory()).hasValue(1 << 20);
    assertThat(metered.cpuTime()).contains(Duration.ofSeconds(2));
    assertThat(metered).isNotEqualTo(end);
    assertThat(metered.cpuTime(Duration.ZERO).peakMemory()).hasValue(1 << 20);
    assertThat(end).isEqualTo(new ContainerExit(137, true));
  }

  @Test
  void anEndIsNeverToldToHaveTakenLessThanNothing() {
    ContainerExit end = new ContainerExit(0, false);
    assertThatThrownBy(() -> end.peakMemory(-1).code()).hasMessageContaining("-1");
    assertThatThrownBy(() -> end.cpuTime(Duration.ofSeconds(-1)).code())
        .hasMessageContaining("PT-1S");
  }

  @ParameterizedTest
  @ValueSource(strings = {"r", "w", "m", "rw", "rm", "wm", "rwm"})
  void aDeviceHasPermissions(String permissions) {
    assertThat(new Device(Path.of("/dev/null"), "/dev/x", permissions).permissions())
        .isEqualTo(permissions);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "wr", "rr", "x", "RW", "rw "})
  void aDeviceHasNoOtherPermissions(String permissions) {
    assertThatThrownBy(() -> new Device(Path.of("/dev/null"), "/dev/x", permissions))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aDeviceHasAbsolutePathsThatEnginesCanTellApart() {
    assertThatThrownBy(() -> new Device(Path.of("null"), "/dev/x", "r"))
        .hasMessageContaining("absolute");
    assertThatThrownBy(() -> new Device(Path.of("/dev/null"), "x", "r"))
        .hasMessageContaining("absolute");
    assertThatThrownBy(() -> new Device(Path.of("/dev/nu:ll"), "/dev/x", "r"))
        .hasMessageContaining("colon");
    assertThatThrownBy(() -> new Device(Path.of("/dev/null"), "/dev/x:y", "r"))
        .hasMessageContaining("colon");
  }
}
