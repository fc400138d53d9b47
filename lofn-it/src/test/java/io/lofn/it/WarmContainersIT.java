package io.lofn.it;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lofn.api.Tool;
import io.lofn.api.ToolFailedException;
import io.lofn.api.ToolFailedException.Reason;
import io.lofn.spark.Lofn;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaFutureAction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Containers that serve many runs: each run is as it would be in a container of its own. */
@Timeout(value = 4, unit = MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WarmContainersIT {

  private static final String IMAGE = "busybox:1";

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  static List<Map<String, String>> runtimes() {
    return EveryRuntimeIT.runtimes().stream().filter(settings -> !isNotReusable(settings)).toList();
  }

  /** Where processes are not kept apart from those of the node. */
  static List<Map<String, String>> unfitRuntimes() {
    return EveryRuntimeIT.runtimes().stream().filter(WarmContainersIT::isNotReusable).toList();
  }

  private static boolean isNotReusable(Map<String, String> settings) {
    return settings.getOrDefault("spark.lofn.cli.dialect", "").equals("charliecloud");
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    SPARK.awaitNothingLeft();
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void serveManyRunsEachWithStreamsOfItsOwn(Map<String, String> runtime) {
    Tool<String, String> tool =
        Tool.pipe(IMAGE).shell("readlink /proc/self/ns/mnt; cat; echo to nobody >&2");
    List<String> records = IntStream.range(0, 100).mapToObj(String::valueOf).toList();

    List<String> output =
        warm(runtime).map(SPARK.context().parallelize(records, 100), tool).collect();

    assertThat(output.stream().filter(line -> !line.startsWith("mnt"))).isEqualTo(records);
    assertThat(output.stream().filter(line -> line.startsWith("mnt")).distinct())
        .hasSizeLessThanOrEqualTo(2);
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void leaveNothingOfARunToTheNext(Map<String, String> runtime) {
    Tool<String, String> tool =
        Tool.lines(IMAGE)
            .shell(
                "cd /shared; ls -A . > output.txt; ls -A /tmp /dev/shm | sort >> output.txt;"
                    + " cat /proc/[0-9]*/comm | grep -c sleep >> output.txt;"
                    + " mkdir -m 0 x; date > /tmp/x; date > /dev/shm/x; date > /dev/shm/.x;"
                    + " sleep 1000 & setsid sleep 1000 & (setsid sh -c 'while :; do :; done' &) ;"
                    + " touch /etc/x 2>/dev/null && echo wrote >> output.txt; true");

    List<String> output =
        warm(runtime).map(SPARK.context().parallelize(numbers(8), 8), tool).collect();

    assertThat(String.join("\n", output))
        .isEqualTo("input.txt\noutput.txt\n\n/dev/shm:\n/tmp:\n0\n".repeat(8).strip());
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void tellHowARunFailedAndServeTheNext(Map<String, String> runtime) {
    Lofn lofn = warm(runtime);
    ToolFailedException failure = fail(lofn, Tool.pipe(IMAGE).shell("echo no >&2; exit 7"));
    assertThat(failure.exitCode()).hasValue(7);
    assertThat(failure.stderrTail()).isEqualTo("no\n");

    assertThat(fail(lofn, Tool.pipe(IMAGE).command("no-such-tool", "it's")).exitCode())
        .hasValue(127);
    assertThat(fail(lofn, Tool.pipe(IMAGE).command("/etc/passwd")).exitCode()).hasValue(126);
    assertThat(fail(lofn, Tool.pipe(IMAGE).shell("kill -SEGV $$")).exitCode()).hasValue(139);
    assertThat(
            fail(lofn, Tool.pipe(IMAGE).shell("sleep 1000").timeout(Duration.ofSeconds(2)))
                .reason())
        .isEqualTo(Reason.TIMED_OUT);
    assertThat(
            lofn.map(SPARK.context().parallelize(numbers(4), 4), Tool.pipe(IMAGE).command("cat"))
                .collect())
        .isEqualTo(numbers(4));
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void endWithACancelledRun(Map<String, String> runtime) throws Exception {
    Lofn lofn = warm(runtime);
    Tool<String, String> tool =
        Tool.pipe(IMAGE).label("io.test", "cancelled").shell("echo begun; sleep 1000");
    JavaFutureAction<List<String>> job =
        lofn.map(SPARK.context().parallelize(numbers(2), 2), tool).collectAsync();
    Engines.waitUntil("both run", () -> Engines.exchanges(SPARK.localDirectory()).size() == 2);

    job.cancel(true);

    SPARK.awaitNothingLeft();
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void passLongStreamsAndEndEarly(Map<String, String> runtime) {
    Lofn lofn = warm(runtime);
    Tool<String, String> flood =
        Tool.pipe(IMAGE)
            .shell("head -c 30000000 /dev/zero | tr '\\0' 'x' | fold -w 9999 | tee /dev/stderr");

    assertThat(lofn.map(SPARK.context().parallelize(numbers(2), 2), flood).count())
        .isEqualTo(2 * 3001);
    assertThat(lofn.map(SPARK.context().parallelize(numbers(2), 2), flood).take(1)).hasSize(1);
    assertThat(
            lofn.map(
                    SPARK.context().parallelize(numbers(100_000), 2),
                    Tool.pipe(IMAGE).command("head", "-n", "1"))
                .collect())
        .containsExactly("0", "50000");
  }

  /** Also one that the run before has moved away, and whatever else a shell holds. */
  @ParameterizedTest
  @MethodSource("runtimes")
  void standWhereTheFirstOneStood(Map<String, String> runtime) {
    Lofn lofn = warm(runtime);
    for (String directory : standsIn(runtime)) {
      Tool<String, String> tool =
          Tool.pipe(IMAGE)
              .workdir(directory)
              .shell(
                  "pwd; pwd -P; umask; ulimit -n; echo x > y && ls -A . | grep -v input; cat; umask"
                      + " 0; ulimit -n 99; cd /; rm -rf /shared/a /tmp/a /dev/shm/a; trap '' TERM");

      List<String> output = lofn.map(SPARK.context().parallelize(numbers(4), 4), tool).collect();

      assertThat(output).hasSize(24);
      for (int run = 0; run < 4; run++) {
        List<String> ofRun = output.subList(6 * run, 6 * run + 6);
        assertThat(ofRun).startsWith(directory, directory).endsWith("y", String.valueOf(run));
        assertThat(ofRun.subList(0, 5)).isEqualTo(output.subList(0, 5));
      }
    }
  }

  /** Engines make a directory to start in; lofn does below its own; bubblewrap has none made. */
  private static List<String> standsIn(Map<String, String> runtime) {
    return switch (runtime.get("spark.lofn.runtime")) {
      case "bubblewrap" -> List.of("/shared", "/tmp");
      case "embedded" -> List.of("/shared", "/shared/a/b", "/tmp/a", "/dev/shm");
      default -> List.of("/shared", "/shared/a/b", "/tmp/a", "/dev/shm/a");
    };
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void giveEachRunItsInputAgainByName(Map<String, String> runtime) {
    List<String> records = numbers(8);

    assertThat(
            warm(runtime)
                .map(
                    SPARK.context().parallelize(records, 8),
                    Tool.pipe(IMAGE).shell("sleep 0.2; cat /dev/stdin; cat /dev/fd/0"))
                .collect())
        .isEqualTo(records);
    // What a run has not read is not the next one's.
    assertThat(
            warm(runtime)
                .map(
                    SPARK.context().parallelize(records, 8),
                    Tool.pipe(IMAGE).shell("head -c 0 /dev/stdin; echo"))
                .collect())
        .hasSize(8);
  }

  /** A tool that knows how the container's script speaks can still not speak for it. */
  @ParameterizedTest
  @MethodSource("runtimes")
  void areNotToldByATool(Map<String, String> runtime) {
    Tool<String, String> tool =
        Tool.pipe(IMAGE)
            .shell(
                "for p in /proc/[0-9]*/fd/1; do"
                    + " echo 'ended 1 0' > $p; echo 'began x' > $p; printf 'lofn: ended 0' > $p;"
                    + " done 2>/dev/null; sleep 0.1; exit 7");

    assertThat(fail(warm(runtime), tool).exitCode()).hasValue(7);
  }

  @ParameterizedTest
  @MethodSource("unfitRuntimes")
  void areNotMadeWhereTheirProcessesWouldBeThoseOfTheNode(Map<String, String> runtime) {
    Tool<String, String> tool = Tool.pipe(IMAGE).command("cat");

    assertThat(warm(runtime).map(SPARK.context().parallelize(numbers(6), 6), tool).collect())
        .isEqualTo(numbers(6));
  }

  private static Lofn warm(Map<String, String> runtime) {
    Map<String, String> settings = new HashMap<>(runtime);
    settings.put("spark.lofn.container.reuse", "true");
    settings.put("spark.lofn.container.reuse.idle", "1s");
    return SPARK.lofn(settings);
  }

  private static ToolFailedException fail(Lofn lofn, Tool<String, String> tool) {
    SparkException failure =
        catchThrowableOfType(
            SparkException.class,
            () -> lofn.map(SPARK.context().parallelize(List.of("a"), 1), tool).collect());
    assertThat(failure).hasCauseInstanceOf(ToolFailedException.class);
    return (ToolFailedException) failure.getCause();
  }

  private static List<String> numbers(int count) {
    return IntStream.range(0, count).mapToObj(String::valueOf).toList();
  }
}
