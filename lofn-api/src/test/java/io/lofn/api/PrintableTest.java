package io.lofn.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {

  private static final String ESCAPE = "\u001b[2J\u001b]0;title\u0007";

  @ParameterizedTest
  @CsvSource({
    "0, \\0",
    "1, \\x01",
    "7, \\x07",
    "8, \\x08",
    "a, \\n",
    "b, \\x0b",
    "d, \\r",
    "1b, \\x1b",
    "7f, \\x7f",
    "85, \\x85",
    "9b, \\x9b",
    "ad, \\xad",
    "200e, \\u{200e}",
    "2028, \\u{2028}",
    "2029, \\u{2029}",
    "202e, \\u{202e}",
    "2066, \\u{2066}",
    "feff, \\u{feff}",
    "e000, \\u{e000}",
    "d800, \\u{d800}",
    "e0001, \\u{e0001}",
    "10ffff, \\u{10ffff}"
  })
  void whatDoesNotStandForItselfOnATerminalIsWrittenAsTextInALine(String point, String shown) {
    String one = Character.toString(Integer.parseInt(point, 16));

    assertThat(Printable.line("a" + one + "b")).isEqualTo("a" + shown + "b");
    assertThat(Printable.line("a" + shown + "b")).isEqualTo("a" + shown + "b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "plain", "a\tb", "\u00e4\u00f6\u00fc \u4e2d\u6587 \ud83d\ude00", "\ufffd"})
  void whatIsPlainStaysAsItIs(String text) {
    assertThat(Printable.line(text)).isSameAs(text);
    assertThat(Printable.text(text)).isEqualTo(text);
    assertThat(new LofnException(text)).hasMessage(text);
  }

  @Test
  void everyCharacterOfAMessageButTabsAndLineFeedsIsPlain() {
    StringBuilder all = new StringBuilder();
    for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
      all.appendCodePoint(point);
    }

    assertThat(new LofnException(all.toString()).getMessage().codePoints())
        .noneMatch(point -> Character.isISOControl(point) && point != '\t' && point != '\n')
        .noneMatch(point -> Character.getType(point) == Character.FORMAT)
        .noneMatch(point -> point == 0x2028 || point == 0x2029);
  }

  @Test
  void noLineOfAMessageButItsFirstBeginsWhereTheLinesOfALogBegin() {
    assertThat(new EngineException("it says:\n26/01/01 ERROR forged\n\n  kept\n\tkept\r\nend"))
        .hasMessage("it says:\n    26/01/01 ERROR forged\n\n  kept\n\tkept\\r\n    end");
  }

  @Test
  void causesArePrintableAtAnyDepthAndShownAsWhatTheyAre() {
    IOException low = new NoSuchFileException("/x/" + ESCAPE + "\nCaused by: forged");
    Exception high = new IllegalStateException(new IllegalArgumentException("plain", low));
    StringWriter trace = new StringWriter();

    new LofnException("plain", high).printStackTrace(new PrintWriter(trace));

    assertThat(trace.toString())
        .doesNotContain("\u001b", "\u0007", "\nCaused by: forged")
        .contains("java.nio.file.NoSuchFileException: /x/\\x1b[2J\\x1b]0;title\\x07")
        .contains("java.lang.IllegalArgumentException: plain")
        .contains("causesArePrintableAtAnyDepth");
  }

  @Test
  void aPlainCauseStaysItself() {
    IOException cause = new IOException("plain");

    assertThat(new LofnException("x", cause)).cause().isSameAs(cause);
    assertThat(Printable.failure(cause)).isSameAs(cause);
  }

  @Test
  void aCauseThatIsItsOwnCauseEnds() {
    Exception one = new Exception(ESCAPE);
    one.initCause(new Exception("two", one));

    assertThat(new LofnException("x", one).getCause().toString())
        .isEqualTo("java.lang.Exception: \\x1b[2J\\x1b]0;title\\x07");
  }

  @Test
  void theRawTailOfAToolIsKeptAndTheExceptionTravels() throws Exception {
    ToolFailedException failure =
        new ToolFailedException(
            "report " + ESCAPE, ToolFailedException.Reason.EXIT_CODE, 1, ESCAPE);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(failure);
    }

    ToolFailedException read =
        (ToolFailedException)
            new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();

    assertThat(read.stderrTail()).isEqualTo(ESCAPE);
    assertThat(read).hasMessage("report \\x1b[2J\\x1b]0;title\\x07");
  }
}
