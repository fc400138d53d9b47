package io.lofn.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lofn.api.LayoutException;
import io.lofn.api.Lines;
import io.lofn.api.OutputReader;
import io.lofn.api.PartitionWriter;
import io.lofn.api.RunInput;
import io.lofn.api.Tool;
import io.lofn.api.ToolFailedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is said when it is not the tool that fails, but what writes its input or reads its output.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LayoutFailuresTest {

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

  private static JavaRDD<String> records() {
    return context.parallelize(List.of("a"), 1);
  }

  private static Throwable causeOf(JavaRDD<?> result) {
    Throwable thrown = catchThrowable(result::collect);
    assertThat(thrown).isNotNull();
    return thrown.getCause();
  }

  static Stream<Arguments> layouts() {
    Tool<String, String> cat = Tool.pipe("any").command("cat");
    Tool<String, String> copy = Tool.lines("any").shell("cp /shared/input.txt /shared/output.txt");
    OutputReader<Integer> lazily =
        run -> Files.readAllLines(run.file("output.txt")).stream().map(Integer::parseInt);
    OutputReader<String> atOnce =
        run -> {
          throw new IOException("For input string: nothing of it is read");
        };
    PartitionWriter<String> toFile =
        (given, run) -> {
          throw new NumberFormatException("For input string: of a file");
        };
    PartitionWriter<String> toStdin =
        new PartitionWriter<>() {
          @Override
          public void write(Iterator<String> given, RunInput run) throws IOException {
            run.stdin().write(Integer.parseInt(given.next()));
          }

          @Override
          public boolean usesStdin() {
            return true;
          }
        };
    return Stream.of(
        Arguments.of("a reader that fails at a record", copy.output(lazily), "read"),
        Arguments.of("a reader that fails at once", copy.output(atOnce), "read"),
        Arguments.of("a writer of files", copy.input(toFile), "written"),
        Arguments.of("a writer of standard input", cat.input(toStdin), "written"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layouts")
  void itIsSaidWhoseRunItWasAndWhatWasThrown(String what, Tool<String, ?> tool, String verb) {
    Throwable failure = causeOf(lofn.map(records(), tool));

    assertThat(failure)
        .isInstanceOf(LayoutException.class)
        .hasMessageStartingWith("map: the ")
        .hasMessageContaining(" of the tool could not be " + verb + ": java.")
        .hasMessageContaining("For input string: ")
        .hasMessageContaining("\n  command    ")
        .hasMessageContaining("\n  image      any")
        .hasMessageContaining("\n  run        stage ")
        .hasMessageContaining("partition 0, attempt 0")
        .hasMessageContaining("\n  hint       The tool did not fail");
    assertThat(failure.getStackTrace()).isEmpty();
    assertThat(failure.getCause().getStackTrace())
        .isNotEmpty()
        .noneMatch(frame -> frame.getClassName().startsWith("org.apache.spark"));
  }

  @Test
  void inTheTaskItIsOneLine() {
    StringWriter text = new StringWriter();
    LayoutException failure =
        new LayoutException("map: no\n  image  a", "map: no; image a", new IOException("no"));
    failure.printStackTrace(new PrintWriter(text));

    assertThat(text.toString().lines())
        .containsExactly("io.lofn.api.LayoutException: map: no; image a");
  }

  @Test
  void anOutputThatIsNoGzipIsExplained() {
    Tool<String, String> tool =
        Tool.lines("any")
            .output(Lines.text().gzip().fromFile("output.txt"))
            .shell("cp /shared/input.txt /shared/output.txt");

    assertThat(causeOf(lofn.map(records(), tool)))
        .isInstanceOf(LayoutException.class)
        .hasMessageContaining("A file that is not gzip was taken for one")
        .hasMessageContaining("image      any")
        .hasMessageContaining("partition 0")
        .hasRootCauseInstanceOf(ZipException.class);
  }

  @Test
  void anOutputThatIsCutShortIsExplained() {
    Tool<String, String> tool =
        Tool.lines("any")
            .output(Lines.text().gzip().fromFile("output.txt"))
            .shell("gzip < /shared/input.txt | head -c 15 > /shared/output.txt");

    assertThat(causeOf(lofn.map(records(), tool)))
        .isInstanceOf(LayoutException.class)
        .hasMessageContaining("The gzip data is cut short: it ends at byte 15")
        .hasMessageContaining("A compressed file is probably cut short or damaged");
  }

  @Test
  void whatTheCodeBeforeTheToolThrowsStaysAsItIs() {
    JavaRDD<String> failing =
        records()
            .map(
                record -> {
                  throw new NumberFormatException("upstream");
                });

    for (Tool<String, String> tool :
        List.of(Tool.pipe("any").command("cat"), Tool.lines("any").command("true"))) {
      assertThat(causeOf(lofn.map(failing, tool)))
          .isInstanceOf(NumberFormatException.class)
          .hasMessage("upstream");
    }
  }

  @Test
  void theFailureOfTheToolIsNotTakenForOneOfItsReader() {
    Tool<String, String> tool =
        Tool.pipe("any")
            .output(
                OutputReader.stdout(
                    stdout -> {
                      try {
                        return Stream.of(new String(stdout.readAllBytes(), UTF_8));
                      } catch (RuntimeException e) {
                        throw new IllegalStateException("cannot read", e);
                      }
                    }))
            .shell("echo a; exit 3");

    assertThat(causeOf(lofn.map(records(), tool)))
        .isInstanceOf(IllegalStateException.class)
        .hasCauseInstanceOf(ToolFailedException.class);
  }
}
