package io.lofn.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lofn.api.Tool;
import io.lofn.api.ToolFailedException;
import io.lofn.api.Volume;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A failed run that is kept fails again, in the same way, when a person repeats it. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReplayIT {

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  private static final Pattern KEPT = Pattern.compile("\n  kept {7}(/.*/replay\\.sh)\n");
  private static final String SECRET = "it's \"$(id)\"\nsecret # two";

  @TempDir Path directory;

  /** Away from Spark's directory, in which other tests look for what is left. */
  @TempDir Path kept;

  static List<Map<String, String>> runtimes() {
    return Engines.RUNTIMES;
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aToolThatReadsFiles(Map<String, String> runtime) throws Exception {
    Files.writeString(directory.resolve("reference"), "of the volume\n");
    sameAgain(
        runtime,
        Tool.lines("busybox:1")
            .volume(Volume.of(directory.toString()).at("/ref"))
            .shell(
                "cat /shared/input.txt /ref/reference >&2; echo \"$SECRET\" >&2; id >&2; ls /shared >&2;"
                    + " touch /shared/made; exit 7"));
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aToolThatReadsStandardInput(Map<String, String> runtime) throws Exception {
    sameAgain(
        runtime, Tool.pipe("busybox:1").shell("{ cat >&2; echo \"$SECRET\" >&2; exit 42; } | cat"));
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aCommandThatIsNotThere(Map<String, String> runtime) throws Exception {
    ToolFailedException failure =
        fail(runtime, Tool.pipe("busybox:1").command("no-such-tool", "x"));

    assertThat(failure.exitCode()).hasValue(127);
    assertThat(replay(script(failure)).exitValue()).isEqualTo(127);
  }

  /** What is made for a start is not made again for the report. */
  @ParameterizedTest
  @MethodSource("runtimes")
  void aToolThatHasReplacedTheDirectoryItWasStartedIn(Map<String, String> runtime)
      throws Exception {
    Tool<String, String> tool =
        Tool.pipe("busybox:1")
            .workdir("/shared/work")
            .shell("cat >&2; cd /; rm -r /shared/work; ln -s /tmp /shared/work; exit 3");

    ToolFailedException failure = fail(runtime, tool);

    assertThat(failure.exitCode()).hasValue(3);
    assertThat(failure.stderrTail()).isEqualTo("one\n'two'\n");
    assertThat(script(failure)).isExecutable();
  }

  private void sameAgain(Map<String, String> runtime, Tool<String, String> tool) throws Exception {
    ToolFailedException failure = fail(runtime, tool.env("SECRET", SECRET));
    Path script = script(failure);

    for (int i = 0; i < 2; i++) {
      Process replayed = replay(script);
      assertThat(new String(replayed.getErrorStream().readAllBytes(), UTF_8))
          .isEqualTo(failure.stderrTail());
      assertThat(replayed.exitValue()).isEqualTo(failure.exitCode().orElseThrow());
    }
    assertThat(failure.stderrTail()).contains("one", SECRET);
    assertThat(script).content().doesNotContain("secret");
    Engines.waitUntil("no container is left", () -> Engines.containers(SPARK.label()).isEmpty());
  }

  private ToolFailedException fail(Map<String, String> runtime, Tool<String, String> tool) {
    Map<String, String> settings = new HashMap<>(runtime);
    settings.put("spark.lofn.keep", "on-failure");
    settings.put("spark.lofn.tmp.dir", kept.toString());
    SparkException failure =
        catchThrowableOfType(
            SparkException.class,
            () ->
                SPARK
                    .lofn(settings)
                    .map(SPARK.context().parallelize(List.of("one", "'two'"), 1), tool)
                    .collect());
    assertThat(failure).hasCauseInstanceOf(ToolFailedException.class);
    return (ToolFailedException) failure.getCause();
  }

  private static Path script(ToolFailedException failure) {
    Matcher line = KEPT.matcher(String.valueOf(failure.getMessage()));
    assertThat(line.find()).as("%s", failure).isTrue();
    return Path.of(line.group(1));
  }

  private static Process replay(Path script) throws Exception {
    Process process = new ProcessBuilder(script.toString()).start();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return process;
  }
}
