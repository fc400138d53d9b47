package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lofn.api.BinaryFile;
import io.lofn.api.Lines;
import io.lofn.api.OutputFiles;
import io.lofn.api.Tool;
import io.lofn.api.ToolFailedException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The output of a tool and the names of its files are printable wherever a user reads them. */
class UntrustedWordsTest {

  /**
   * In the words of {@code printf}: colours, a title, C1, an override, a separator, a forged entry.
   */
  private static final String WORDS =
      "A\\033[31m\\033]0;x\\007\\302\\233m\\342\\200\\256\\342\\200\\250\\r"
          + "B\\n"
          + "ENTRY ERROR forged\\n"
          + "  hint       forged\\n";

  private static JavaSparkContext context;
  private static Lofn lofn;

  @BeforeAll
  static void startSpark() {
    context = new JavaSparkContext(LocalSpark.start().sparkContext());
    lofn = Lofn.on(context);
  }

  @AfterAll
  static void stopSpark() {
    context.stop();
  }

  private static Tool<String, String> lines(String script) {
    return Tool.lines("any").shell(script);
  }

  /** Runs that fail with a message whose text the tool has chosen. */
  static Stream<Arguments> failures() {
    String named = "cd /shared; n=$(printf '%s.'); ".formatted(WORDS);
    return Stream.of(
        Arguments.of("standard error", lines("printf '%s' >&2; exit 3".formatted(WORDS))),
        Arguments.of(
            "standard error of a tool that leaves nothing",
            lines("printf '%s' >&2; rm -f /shared/output.txt".formatted(WORDS))),
        Arguments.of(
            "the name of an output that is not text",
            Tool.of("any", Lines.text().toFile("in"), OutputFiles.matching("*").lines(Lines.text()))
                .shell(named + "printf '\\377\\n' > \"$n\"")),
        Arguments.of(
            "the name of an output that is no gzip",
            Tool.of(
                    "any",
                    Lines.text().toFile("in"),
                    OutputFiles.matching("*").gzip().lines(Lines.text()))
                .shell(named + "echo a > \"$n\"")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("failures")
  void theyNeitherSteerATerminalNorForgeALineInAReportOrALog(
      String what, Tool<String, String> tool) {
    try (LogOfTest log = new LogOfTest()) {
      Throwable failure =
          catchThrowable(() -> lofn.map(context.parallelize(List.of("a"), 1), tool).collect());

      assertThat(failure).as(what).isNotNull();
      StringWriter trace = new StringWriter();
      failure.printStackTrace(new PrintWriter(trace));
      assertNothingIsForged(failure.getMessage());
      assertPlain(trace.toString());
      assertPlain(log.text());
    }
  }

  private static void assertPlain(String text) {
    assertThat(text).contains("A\\x1b[31m");
    assertNothingIsForged(text);
  }

  private static void assertNothingIsForged(String text) {
    assertThat(text.codePoints().filter(point -> point != '\n' && point != '\t'))
        .noneMatch(Character::isISOControl)
        .noneMatch(point -> Character.getType(point) == Character.FORMAT)
        .noneMatch(point -> point == 0x2028);
    assertThat(text.lines().filter(line -> line.contains("forged")))
        .noneMatch(line -> line.matches("ENTRY ERROR.*"))
        .noneMatch(line -> line.startsWith("  hint  "));
  }

  @Test
  void theRawTailIsTheProgramsToRead() {
    assertThatThrownBy(
            () ->
                lofn.map(
                        context.parallelize(List.of("a"), 1),
                        lines("printf '%s' >&2; exit 3".formatted(WORDS)))
                    .collect())
        .satisfies(
            failure -> assertThat(toolFailure(failure).stderrTail()).startsWith("A\u001b[31m"));
  }

  private static ToolFailedException toolFailure(Throwable failure) {
    Throwable next = failure;
    while (!(next instanceof ToolFailedException)) {
      next = next.getCause();
    }
    return (ToolFailedException) next;
  }

  @Test
  void charactersOfSeveralBytesAreLoggedWholeHoweverTheyCome() {
    try (LogOfTest log = new LogOfTest()) {
      lofn.map(
              context.parallelize(List.of("a"), 1),
              lines(
                  "printf '\\303' >&2; sleep 0.2; printf '\\244\\n"
                      + "' >&2; cp /shared/input.txt /shared/output.txt"))
          .collect();

      assertThat(log.text()).contains(": \u00e4\n");
    }
  }

  @Test
  void namesOfBinaryOutputsAreShownAsText() {
    Tool<String, BinaryFile> tool =
        Tool.of("any", Lines.text().toFile("in"), BinaryFile.fromDirectory("out"))
            .shell(
                "mkdir /shared/out; cd /shared/out; n=$(printf '%s.'); : > \"$n\"$(printf '\\377')"
                    .formatted(WORDS));

    assertThatThrownBy(() -> lofn.mapBinary(context.parallelize(List.of("a"), 1), tool).list())
        .satisfies(failure -> assertPlain(failure.getMessage()));
  }
}
