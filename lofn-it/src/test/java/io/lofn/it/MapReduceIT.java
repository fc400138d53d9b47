package io.lofn.it;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.api.Tool;
import io.lofn.api.ToolFailedException;
import io.lofn.api.ToolFailedException.Reason;
import io.lofn.api.Volume;
import io.lofn.spark.Lofn;
import io.lofn.spark.ReduceShape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The main path on every runtime, and that nothing is left whatever happens. */
class MapReduceIT {

  private static final String IMAGE = "busybox:1";

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  static List<Map<String, String>> runtimes() {
    return Engines.RUNTIMES;
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    assertThat(Engines.containers(SPARK.label())).isEmpty();
    assertThat(Engines.exchanges(SPARK.localDirectory())).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void wordsAreCountedAsPlainJavaCountsThem(Map<String, String> runtime) {
    List<String> words =
        new Random(1).ints(5_000, 0, 60).mapToObj(i -> "wörd" + Integer.toString(i, 36)).toList();
    Tool<String, String> count =
        Tool.lines(IMAGE)
            .shell("sort /shared/input.txt | uniq -c | awk '{print $1, $2}' > /shared/output.txt");
    Tool<String, String> merge =
        Tool.pipe(IMAGE).command("awk", "{n[$2] += $1} END {for (w in n) print n[w], w}");
    Lofn lofn = SPARK.lofn(runtime);

    JavaRDD<String> counts = lofn.map(SPARK.context().parallelize(words, 5), count);
    List<String> totals = lofn.reduce(counts, merge, ReduceShape.fanIn(3)).collect();

    Map<String, Long> expected =
        words.stream().collect(groupingBy(Function.identity(), counting()));
    assertThat(totals)
        .containsExactlyInAnyOrderElementsOf(
            expected.entrySet().stream().map(e -> e.getValue() + " " + e.getKey()).toList());
  }

  /** That of busybox; that of Debian is dash. */
  @ParameterizedTest
  @CsvSource({
    "busybox:1, false, 1",
    "busybox:1, true, 1",
    "lofn/debian:12, false, 0",
    "lofn/debian:12, true, 0"
  })
  void pipefailIsSetWhereAShellKnowsItAndEndsNoOther(String image, boolean warm, String code)
      throws Exception {
    Tool<String, String> tool =
        Tool.pipe(image).reuseContainer(warm).shell("cat; false | cat\necho $?");
    Map<String, String> settings = new HashMap<>(Engines.ENGINES.get(0));
    settings.put("spark.lofn.container.reuse.idle", "1s");

    assertThat(
            SPARK
                .lofn(settings)
                .map(SPARK.context().parallelize(List.of("a", "b"), 2), tool)
                .collect())
        .containsExactly("a", code, "b", code);
    SPARK.awaitNothingLeft();
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void everyRecordComesBackInItsPlace(Map<String, String> runtime) {
    List<String> records =
        Stream.concat(
                Stream.of("a", "", "b\r", "\u0000", "ünï", "", ""),
                IntStream.range(0, 20_000).mapToObj(Integer::toString))
            .toList();
    Lofn lofn = SPARK.lofn(runtime);
    JavaRDD<String> rdd = SPARK.context().parallelize(records, 3);

    assertThat(lofn.map(rdd, Tool.pipe(IMAGE).command("cat")).collect()).isEqualTo(records);
    assertThat(lofn.reduce(rdd, Tool.pipe(IMAGE).command("cat")).collect()).isEqualTo(records);
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void volumesAreReadableAndNotWritable(Map<String, String> runtime, @TempDir Path data)
      throws Exception {
    Files.writeString(data.resolve("reference.txt"), "from the volume\n");
    Tool<String, String> tool =
        Tool.pipe(IMAGE)
            .volume(Volume.of(data.toString()).at("/data"))
            .shell("cat /data/reference.txt; touch /data/x 2>/dev/null || echo refused");

    assertThat(SPARK.lofn(runtime).map(records(1), tool).collect())
        .containsExactly("from the volume", "refused");
    assertThat(data.resolve("x")).doesNotExist();
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aToolIsClosedByDefault(Map<String, String> runtime) {
    Tool<String, String> tool =
        Tool.pipe(IMAGE)
            .shell(
                "ls /sys/class/net; grep -E '^(CapEff|NoNewPrivs)' /proc/self/status; id -u; id -g");

    assertThat(SPARK.lofn(runtime).map(records(1), tool).collect())
        .containsExactly(
            "lo",
            "CapEff:\t0000000000000000",
            "NoNewPrivs:\t1",
            Engines.run("id", "-u").strip(),
            Engines.run("id", "-g").strip());
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aFailureTellsWhatTheToolSaid(Map<String, String> runtime) {
    Tool<String, String> tool =
        Tool.pipe(IMAGE).shell("cat >/dev/null; echo it is broken >&2; exit 3");

    ToolFailedException failure = failureOf(runtime, tool, ToolFailedException.class);

    assertThat(failure.reason()).isEqualTo(Reason.EXIT_CODE);
    assertThat(failure.exitCode()).hasValue(3);
    assertThat(failure.stderrTail()).isEqualTo("it is broken\n");
    assertThat(failure)
        .hasMessageContaining("it is broken")
        .hasMessageFindingMatch("busybox:1 \\((sha256:)?[0-9a-f]{64}\\)")
        .hasMessageContaining("partition 0");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aCommandThatDoesNotExistIsNamed(Map<String, String> runtime) {
    ToolFailedException failure =
        failureOf(runtime, Tool.pipe(IMAGE).command("no-such-tool"), ToolFailedException.class);

    assertThat(failure.exitCode()).hasValue(127);
    assertThat(failure).hasMessageContaining("no-such-tool").hasMessageContaining("on its PATH");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void anOutputThatIsMissingIsNamed(Map<String, String> runtime) {
    ToolFailedException failure =
        failureOf(runtime, Tool.lines(IMAGE).command("true"), ToolFailedException.class);

    assertThat(failure.reason()).isEqualTo(Reason.OUTPUT_MISSING);
    assertThat(failure).hasMessageContaining("/shared/output.txt");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void anImageThatIsMissingIsNamed(Map<String, String> runtime) {
    Tool<String, String> tool =
        Tool.pipe("lofn/no-such-image:9").pullPolicy(PullPolicy.NEVER).command("true");

    EngineException failure = failureOf(runtime, tool, ImageUnavailableException.class);

    assertThat(failure).hasMessageContaining("lofn/no-such-image:9");
  }

  private <T extends Throwable> T failureOf(
      Map<String, String> runtime, Tool<String, String> tool, Class<T> type) {
    Lofn lofn = SPARK.lofn(runtime);
    Throwable[] cause = new Throwable[1];
    assertThatThrownBy(() -> lofn.map(records(1), tool).collect())
        .satisfies(failure -> cause[0] = failure.getCause());
    assertThat(cause[0]).isInstanceOf(type);
    return type.cast(cause[0]);
  }

  private static JavaRDD<String> records(int partitions) {
    return SPARK.context().parallelize(Arrays.asList("1", "2", "3"), partitions);
  }
}
