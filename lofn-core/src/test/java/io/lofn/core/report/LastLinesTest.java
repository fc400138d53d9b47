package io.lofn.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which lines of standard error are shown. */
class LastLinesTest {

  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void carriageReturnsWithoutEndAreReadOnce() {
    assertThat(LastLines.of("\r".repeat(1 << 20) + "x").last()).contains("x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "a\nb\n", "a\r\nb\r\n", "a\rb", "a\r\r\nb\r", "a\nb\n\n\n"})
  void aLineEndsInAnyWay(String text) {
    assertThat(LastLines.of(text).shown()).containsExactly("a", "b");
  }

  @Test
  void theLastThirtyAreShown() {
    String text = IntStream.range(0, 2000).mapToObj(i -> i + "\n").collect(Collectors.joining());

    LastLines lines = LastLines.of(text);

    assertThat(lines.shown()).hasSize(30).startsWith("1970").endsWith("1999");
    assertThat(lines.size(8890)).isEqualTo("8890 bytes; the last 30 lines (stderrTail() has all)");
    assertThat(lines.size(100_000))
        .isEqualTo("100000 bytes; the last 30 lines (stderrTail() has the last 65536 bytes)");
  }

  @Test
  void aProgressBarDoesNotPushOutWhatWasSaidBefore() {
    String bar =
        IntStream.rangeClosed(0, 100).mapToObj(i -> i + "%").collect(Collectors.joining("\r"));

    LastLines lines = LastLines.of("bad read 17\n" + bar + "\ngave up\n");

    assertThat(lines.shown()).containsExactly("bad read 17", "99%", "100%", "gave up");
    assertThat(lines.size(500)).contains("the last 4 lines");
  }

  @Test
  void controlCharactersAreMadeVisible() {
    assertThat(LastLines.of("\u001b[31mred\u001b[0m\b\n\0").shown())
        .containsExactly("\\x1b[31mred\\x1b[0m\\x08", "\\0");
  }

  @Test
  void aToolThatSaysLittleIsQuotedAsAWhole() {
    assertThat(LastLines.of("")).isEqualTo(new LastLines(List.of(), true));
    assertThat(LastLines.of("").size(0)).isEqualTo("nothing");
    assertThat(LastLines.of("no\n").size(3)).isEqualTo("3 bytes");
    assertThat(LastLines.of("\n\n").shown()).isEmpty();
  }

  @Test
  void theLastLineIsOneWithText() {
    assertThat(LastLines.of("why\n \n\n").last()).contains("why");
    assertThat(LastLines.of("\n").last()).isEmpty();
  }
}
