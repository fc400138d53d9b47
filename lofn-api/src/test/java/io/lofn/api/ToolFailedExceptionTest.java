package io.lofn.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** What Spark and others print of a tool's failure. */
class ToolFailedExceptionTest {

  private static final String NAME = "io.lofn.api.ToolFailedException: ";

  private final ToolFailedException failure =
      new ToolFailedException(
          "map: failed\n  image  a\n    why",
          "map: failed; image a",
          ToolFailedException.Reason.EXIT_CODE,
          3,
          "why");

  @Test
  void whereTheToolFailedItIsOneLine() {
    assertThat(printed(failure)).isEqualTo(NAME + "map: failed; image a" + System.lineSeparator());
    assertThat(failure).hasMessage("map: failed\n  image  a\n    why");
  }

  @Test
  void whereItIsBroughtToItIsTheWholeReportAndNoMore() throws Exception {
    ToolFailedException brought = sent(failure);

    assertThat(printed(brought))
        .isEqualTo(NAME + "map: failed\n  image  a\n    why" + System.lineSeparator());
    assertThat(brought.summary()).isEqualTo("map: failed; image a");
    assertThat(printed(sent(brought))).isEqualTo(printed(brought));
  }

  @Test
  void asACauseItHasNoStackTraceEither() throws Exception {
    assertThat(printed(new IllegalStateException("job aborted", sent(failure))))
        .contains("Caused by: " + NAME + "map: failed\n  image  a\n    why")
        .doesNotContain("why" + System.lineSeparator() + "\t");
  }

  @Test
  void withoutASummaryItIsTheFirstLineOfTheMessage() {
    assertThat(
            new ToolFailedException(
                    "None\nmore", ToolFailedException.Reason.OUTPUT_MISSING, null, "")
                .summary())
        .isEqualTo("None");
  }

  private static ToolFailedException sent(ToolFailedException failure) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(failure);
    }
    return (ToolFailedException)
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
  }

  private static String printed(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
