package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lofn.api.BinaryFile;
import io.lofn.api.Lines;
import io.lofn.api.OutputFiles;
import io.lofn.api.OutputReader;
import io.lofn.api.Tool;
import io.lofn.api.ToolFailedException;
import io.lofn.api.ToolFailedException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A tool that writes without end fails by itself, and takes neither executor nor driver along. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OutputSizeTest {

  @TempDir static Path local;

  private static SparkSession spark;
  private static JavaSparkContext context;
  private static Lofn lofn;

  @BeforeAll
  static void startSpark() {
    spark =
        LocalSpark.start(
            Map.of(
                "spark.lofn.record.maxSize", "100k",
                "spark.lofn.tmp.dir", local.resolve("tmp").toString(),
                "spark.lofn.output.dir", local.resolve("out").toString()));
    context = new JavaSparkContext(spark.sparkContext());
    lofn = Lofn.on(spark);
  }

  @AfterAll
  static void stopSpark() {
    spark.stop();
  }

  /** Whatever a tool has done, the next one runs, and nothing is left of it. */
  @AfterEach
  void theNextRunFindsNothing() throws Exception {
    LocalSpark.waitUntilIdle(context);
    assertThat(lofn.map(one(), Tool.pipe("any").command("cat")).collect()).containsExactly("a");
    LocalSpark.waitUntilIdle(context);
    try (Stream<Path> left = Files.walk(local)) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
  }

  static Stream<Tool<String, ?>> toolsWithoutEnd() {
    OutputReader<String> fourGibibytes = OutputFiles.matching("*.out").text((name, text) -> text);
    return Stream.of(
        Tool.pipe("any").command("cat", "/dev/zero"),
        Tool.pipe("any").shell("cat /dev/zero & wait"),
        Tool.pipe("any").output(Lines.text().gzip().fromStdout()).shell("gzip -c < /dev/zero"),
        Tool.pipe("any").output(Lines.text().bytes().fromStdout()).command("cat", "/dev/zero"),
        Tool.pipe("any").output(fourGibibytes).shell("truncate -s 4G \"$LOFN_EXCHANGE/x.out\""),
        Tool.pipe("any")
            .output(OutputFiles.matching("*.out").bytes((name, bytes) -> bytes.length))
            .shell("truncate -s 101K \"$LOFN_EXCHANGE/x.out\""),
        Tool.pipe("any")
            .output(Lines.text().fromFile("x.out"))
            .shell("truncate -s 4G \"$LOFN_EXCHANGE/x.out\""),
        Tool.pipe("any")
            .output(OutputFiles.matching("*.out").text((name, text) -> name))
            .shell(
                "cd \"$LOFN_EXCHANGE\"; n=$(printf %0200d); for i in $(seq 600); do : > $i$n.out; done"));
  }

  @ParameterizedTest
  @MethodSource("toolsWithoutEnd")
  void aRecordWithoutEndFailsItsRunAndNothingElse(Tool<String, ?> tool) {
    ToolFailedException failure = failureOf(() -> lofn.map(one(), tool).collect());

    assertThat(failure.reason()).isEqualTo(Reason.OUTPUT_TOO_LARGE);
    assertThat(failure)
        .hasMessageContaining("wrote a record of more than 102400 bytes")
        .hasMessageContaining("spark.lofn.record.maxSize (now 102400)")
        .hasMessageContaining("partition 0");
  }

  @Test
  void aBinaryOutputIsNeverMoreThanItsDiskCanHaveHeld() throws IOException {
    long disk = Files.getFileStore(local).getTotalSpace();
    Tool<String, BinaryFile> one =
        Tool.pipe("any")
            .output(BinaryFile.fromFile("x"))
            .shell("truncate -s %d \"$LOFN_EXCHANGE/x\"".formatted(disk + 1));
    Tool<String, BinaryFile> linked =
        Tool.pipe("any")
            .output(BinaryFile.fromDirectory("d"))
            .shell(
                "mkdir \"$LOFN_EXCHANGE/d\"; cd \"$LOFN_EXCHANGE/d\"; truncate -s %d a; ln a b"
                    .formatted(disk / 2 + 1));

    for (Tool<String, BinaryFile> tool : List.of(one, linked)) {
      ToolFailedException failure =
          failureOf(
              () -> {
                try (BinaryOutputs outputs = lofn.mapBinary(one(), tool)) {
                  assertThat(outputs.list()).isEmpty();
                }
              });
      assertThat(failure.reason()).isEqualTo(Reason.OUTPUT_TOO_LARGE);
      assertThat(failure)
          .hasMessageContaining("on a disk of " + disk)
          .hasMessageContaining("holes");
    }
  }

  static Stream<String> scriptsThatFillADisk() {
    return Stream.of(
        "head -c 300000 /dev/zero > \"$LOFN_EXCHANGE/x\"", // ended before anybody looked
        "truncate -s 300000 \"$LOFN_EXCHANGE/x\"; exec sleep 600",
        "cd \"$LOFN_EXCHANGE\"; mkdir -p a/b; for i in 1 2 3; do head -c 100000 /dev/zero > a/b/$i; done; exec sleep 600",
        "truncate -s 300000 \"$LOFN_EXCHANGE/../tmp/x\"; exec sleep 600",
        "cd \"$LOFN_EXCHANGE\"; i=0; while :; do head -c 1000 /dev/zero > $i; i=$((i + 1)); done",
        "cd \"$LOFN_EXCHANGE\"; trap '' TERM; truncate -s 300000 x; while :; do sleep 1; done");
  }

  @ParameterizedTest
  @MethodSource("scriptsThatFillADisk")
  void aRunThatTakesMoreOfTheDiskThanItMayIsStoppedAndTheSpaceIsGivenBack(String script) {
    Tool<String, String> tool = Tool.pipe("any").shell(script).maxDisk(200_000);

    ToolFailedException failure = failureOf(() -> lofn.map(one(), tool).collect());

    assertThat(failure.reason()).isEqualTo(Reason.OUTPUT_TOO_LARGE);
    assertThat(failure)
        .hasMessageContaining(
            "bytes of the disk for its exchange and its /tmp, and may take 200000")
        .hasMessageContaining("Tool.maxDisk or spark.lofn.run.maxDisk")
        .hasMessageContaining("disk 200000");
  }

  @Test
  void whatARunWritesAndItsInputAreCountedApart() {
    Tool<String, String> tool =
        Tool.lines("any")
            .shell("cp \"$LOFN_EXCHANGE/input.txt\" \"$LOFN_EXCHANGE/output.txt\"; sleep 1")
            .maxDisk(90_010);
    String record = "x".repeat(90_000);

    assertThat(lofn.map(context.parallelize(List.of(record), 1), tool).collect())
        .containsExactly(record);
  }

  @Test
  void theSessionLimitsToolsThatDoNotLimitThemselves() {
    SparkSession session = spark.newSession();
    session.conf().set("spark.lofn.run.maxDisk", "100k");
    Lofn limited = Lofn.on(session);
    Tool<String, String> tool =
        Tool.pipe("any").shell("truncate -s 200K \"$LOFN_EXCHANGE/x\"; cat");

    assertThat(failureOf(() -> limited.map(one(), tool).collect()))
        .hasMessageContaining("and may take 102400");
    assertThat(limited.map(one(), tool.maxDisk(1 << 20)).collect()).containsExactly("a");
  }

  private static JavaRDD<String> one() {
    return context.parallelize(List.of("a"), 1);
  }

  private static ToolFailedException failureOf(ThrowingCallable job) {
    SparkException thrown = catchThrowableOfType(SparkException.class, job);
    assertThat(thrown).hasCauseInstanceOf(ToolFailedException.class);
    return (ToolFailedException) thrown.getCause();
  }
}
