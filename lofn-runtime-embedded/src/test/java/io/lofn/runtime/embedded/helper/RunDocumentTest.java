package io.lofn.runtime.embedded.helper;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunDocumentTest {

  private static String text(RunDocument document) {
    return new String(document.encoded(), UTF_8);
  }

  @Test
  void saysItsLengthInAHeaderOfSixteenBytes() {
    RunDocument document =
        new RunDocument().add("root", Path.of("/images/1")).add("ids", 1000, 100L).add("arg", "");
    assertThat(text(document))
        .isEqualTo("LOFNRUN100000025root\0/images/1\0ids\0001000\000100\0arg\0\0end\0");
  }

  @Test
  void countsBytesNotCharacters() {
    assertThat(text(new RunDocument().add("arg", "größe ☃")))
        .isEqualTo("LOFNRUN100000014arg\0größe ☃\0end\0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/plain", "/two words", "/größe", "/what?", "/%41", "/"})
  void writesPathsAsTheNodeKnowsThem(String path) {
    assertThat(text(new RunDocument().add("cwd", Path.of(path))))
        .endsWith("cwd\0" + path + "\0end\0");
  }

  @Test
  void refusesWhatTheProgramCouldNotTellApart() {
    assertThatThrownBy(() -> new RunDocument().add("env", "A=1\0B=2"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("'env'")
        .hasMessageContaining("NUL");
  }

  @Test
  void refusesMoreThanTheProgramReads() {
    RunDocument document = new RunDocument().add("arg", "x".repeat(16 << 20));
    assertThatThrownBy(document::encoded)
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("16777216 are possible");
  }

  @Test
  void endsWithItsLastKeyword() {
    byte[] bytes = new RunDocument().encoded();
    assertThat(new String(bytes, ISO_8859_1)).isEqualTo("LOFNRUN100000004end\0");
  }
}
