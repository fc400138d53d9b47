package io.lofn.spark.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.Volume;
import org.junit.jupiter.api.Test;

class DoctorOptionsTest {

  @Test
  void everythingHasADefault() {
    DoctorOptions options = DoctorOptions.parse().orElseThrow();

    assertThat(options.tool().image()).isEqualTo("busybox:1");
    assertThat(options.tool().imageArchive()).isEmpty();
    assertThat(options.tool().volumes()).isEmpty();
    assertThat(options.nodes()).isEqualTo(1);
  }

  @Test
  void readsAllOptions() {
    DoctorOptions options =
        DoctorOptions.parse(
                "--image", "a:1", "--archive", "/a.tar", "--volume", "hdfs:///v", "--nodes", "3")
            .orElseThrow();

    assertThat(options.tool().image()).isEqualTo("a:1");
    assertThat(options.tool().imageArchive().orElseThrow()).hasPath("/a.tar");
    assertThat(options.tool().volumes())
        .extracting(Volume::source)
        .asString()
        .isEqualTo("[hdfs:///v]");
    assertThat(options.nodes()).isEqualTo(3);
  }

  @Test
  void helpIsNoExamination() {
    assertThat(DoctorOptions.parse("--nodes", "1", "--help")).isEmpty();
  }

  @Test
  void saysWhatIsWrong() {
    assertWrong("unknown option --imag", "--imag", "a");
    assertWrong("--image needs a value", "--image");
    assertWrong("--nodes needs a number, not '0'", "--nodes", "0");
    assertWrong("--nodes needs a number, not 'all'", "--nodes", "all");
  }

  private static void assertWrong(String message, String... args) {
    assertThatThrownBy(() -> DoctorOptions.parse(args))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
