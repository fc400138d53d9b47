package io.lofn.core.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.ContainerSettings;
import io.lofn.api.LofnException;
import io.lofn.api.ResourceLimits;
import io.lofn.api.Tool;
import io.lofn.api.ToolFailedException;
import io.lofn.api.ToolFailedException.Reason;
import io.lofn.core.FakeProvider.FakeRuntime;
import io.lofn.core.GoldenText;
import io.lofn.core.config.KeepPolicy;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.exchange.ExchangeDisk;
import io.lofn.core.image.ImageRequirement;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.node.ProcessUser;
import io.lofn.core.plan.RunPlan;
import io.lofn.core.runtime.SelectedRuntime;
import io.lofn.core.streams.StreamTail;
import io.lofn.core.task.TaskIdentity;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.PreparedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole message of each kind of failure, as a user gets it. */
class FailureReportTest {

  private static final Path EXCHANGE = Path.of("/data/lofn-me/1-2-3-4/run/exchange");
  private static final long ROOM = 1L << 40;
  private static final ExchangeDisk ROOMY = new ExchangeDisk(EXCHANGE, ROOM, false, false);
  private static final ExchangeDisk FULL = new ExchangeDisk(EXCHANGE, 4096, false, false);
  private static final ExchangeDisk LABELLED = new ExchangeDisk(EXCHANGE, ROOM, true, false);
  private static final ResourceLimits LIMITS =
      ResourceLimits.none().cpus(1).memory(64 << 20).pids(4096);
  private static final Tool<String, String> TOOL =
      Tool.lines("registry.example:5000/aligner:2.1")
          .command("align", "--reads", "/shared/input.txt", "--title", "it's $HOME");

  static Stream<Arguments> failures() {
    return Stream.of(
        code("125-engine", 125, "docker: Error response from daemon: no.\n"),
        code("126-not-executable", 126, "exec: \"/opt/align\": permission denied: unknown\n"),
        code("127-not-found", 127, "exec: \"align\": executable file not found in $PATH\n"),
        code("137-killed", 137, ""),
        failure("137-out-of-memory", Reason.OUT_OF_MEMORY, new ContainerExit(137, true), ROOMY, ""),
        code("139-segmentation-fault", 139, "Segmentation fault (core dumped)\n"),
        code("143-terminated", 143, ""),
        code("134-another-signal", 134, "align: cursor.c:12: Assertion `n > 0' failed.\n"),
        code("3-the-tools-own", 3, "no index for chr7\nin $INDEX"),
        failure("timeout", Reason.TIMED_OUT, null, ROOMY, "read 17 of 40\n"),
        failure(
            "disk-of-the-exchange-full",
            Reason.EXIT_CODE,
            new ContainerExit(1, false),
            FULL,
            "write: No space left on device\n"),
        code("another-disk-full", 1, "write: No space left on device\n"),
        code("exchange-denied", 2, "align: can't open /shared/out.bam: Permission denied\n"),
        failure(
            "exchange-denied-selinux",
            Reason.EXIT_CODE,
            new ContainerExit(2, false),
            LABELLED,
            "align: can't open /shared/out.bam: Permission denied\n"),
        code("elsewhere-denied", 2, "align: can't open /root/.cache: Permission denied\n"),
        code("exec-format-error", 255, "exec /opt/align: exec format error\n"));
  }

  private static Arguments code(String name, int code, String stderr) {
    return failure(name, Reason.EXIT_CODE, new ContainerExit(code, false), ROOMY, stderr);
  }

  private static Arguments failure(
      String name,
      Reason reason,
      @Nullable ContainerExit exit,
      ExchangeDisk exchange,
      String stderr) {
    return Arguments.of(name, reason, exit, exchange, stderr);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("failures")
  void saysWhatAToolFailedWith(
      String name,
      Reason reason,
      @Nullable ContainerExit exit,
      ExchangeDisk exchange,
      String stderr)
      throws IOException {
    ToolFailedException failure = report(exchange).failure(reason, exit, tail(stderr));

    GoldenText.assertThatIs(name, text(failure));
    assertThat(failure.reason()).isEqualTo(reason);
    assertThat(failure.stderrTail()).isEqualTo(stderr);
  }

  @Test
  void saysWhetherAScriptRanWithPipefail() throws IOException {
    Tool<String, String> counts = Tool.lines("tools:1").shell("grep x in | sort > out");
    ContainerExit one = new ContainerExit(1, false);
    ContainerExit brokenPipe = new ContainerExit(141, false);
    Tool<String, String> head = counts.shell("zcat in | head -n 1 > out");

    GoldenText.assertThatIs("pipefail-1", exitOf(counts, one));
    GoldenText.assertThatIs("pipefail-141", exitOf(head, brokenPipe));
    GoldenText.assertThatIs("without-pipefail", exitOf(counts.pipefail(false), one));
    assertThat(exitOf(counts.shell("grep x in || false"), one)).doesNotContain("pipeline");
  }

  private static String exitOf(Tool<?, ?> tool, ContainerExit exit) {
    return text(report(tool, ROOMY, Optional.empty()).failure(Reason.EXIT_CODE, exit, tail("")));
  }

  @Test
  void saysWhichOutputIsMissing() throws IOException {
    ToolFailedException failure =
        report(ROOMY).outputMissing("output.txt", tail("wrote nothing: no reads\n"));

    GoldenText.assertThatIs("output-missing", text(failure));
  }

  @Test
  void saysWhatIsThereInPlaceOfAnOutput(@TempDir Path exchange) throws IOException {
    Files.createFile(exchange.resolve("output.txt.gz"));
    FailureReport report = report(ROOMY);
    report.exchange(exchange);

    GoldenText.assertThatIs(
        "output-suffix", text(report.outputMissing("output.txt", tail("compressed\n"))));
    assertThat(text(report.nothingOf("file that matches '*.bam'", tail(""))))
        .startsWith("map: the tool ended well but left no file that matches '*.bam' in /shared\n")
        .contains("\n  found      output.txt.gz\n");
  }

  @Test
  void saysThatAnOutputMayNotBeRead(@TempDir Path exchange) throws IOException {
    Path file = Files.createFile(exchange.resolve("output.txt"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("-w-------"));

    ToolFailedException failure =
        report(ROOMY).outputUnreadable("output.txt", file, tail("wrote it\n"));

    long me = ProcessUser.ownerOf(file);
    assertThat(failure.reason()).isEqualTo(Reason.OUTPUT_MISSING);
    assertThat(text(failure))
        .startsWith(
            "map: the tool ended well but left /shared/output.txt so that the executor, user %s, may not read it: -w------- of user %d\n"
                .formatted(ProcessUser.current(), me))
        .contains("umask 022")
        .doesNotContain("AccessDenied");
  }

  @Test
  void blamesAFullDiskForAMissingOutput() throws IOException {
    GoldenText.assertThatIs(
        "output-missing-disk-full", text(report(FULL).outputMissing("output.txt", tail(""))));
  }

  @Test
  void saysThatAToolDidNothing() throws IOException {
    FailureReport report = report(ROOMY, Optional.of(Duration.ofMinutes(1)));

    GoldenText.assertThatIs("idle", text(report.idle(tail("waiting for the lock\n"))));
  }

  @Test
  void saysThatARecordIsTooLong() throws IOException {
    ToolFailedException failure =
        report(ROOMY)
            .recordTooLong("the record at byte 17 of standard output", tail("read 17 of 40\n"));

    GoldenText.assertThatIs("record-too-long", text(failure));
    assertThat(failure.reason()).isEqualTo(Reason.OUTPUT_TOO_LARGE);
  }

  @Test
  void doesNotSayOfADiskThatItIsAnotherOneWhenNobodyKnows() {
    String message =
        text(
            report(ROOMY)
                .failure(
                    Reason.EXIT_CODE,
                    new ContainerExit(1, false),
                    tail("sort: No space left on device\n")));

    assertThat(message).contains("That of the exchange has 1099511627776 bytes free now");
  }

  @Test
  void saysThatAnOutputIsMoreThanItsDisk() throws IOException {
    GoldenText.assertThatIs(
        "output-of-holes", text(report(ROOMY).outputTooLarge(1L << 41, 1L << 40, tail(""))));
  }

  @Test
  void saysWhatIsKept() throws IOException {
    FailureReport report = report(ROOMY);
    report.kept(Path.of("/data/lofn-me/kept/run/replay.sh"));

    GoldenText.assertThatIs(
        "kept", text(report.failure(Reason.EXIT_CODE, new ContainerExit(1, false), tail("no\n"))));
  }

  @Test
  void saysThatTheDiskIsFullThatTheInputIsWrittenTo() throws IOException {
    IOException failure = new IOException("No space left on device");

    LofnException explained = ROOMY.explain("map of x", failure).orElseThrow();

    assertThat(explained)
        .hasMessage(
            "The input of map of x could not be written: the disk of the exchange,"
                + " /data/lofn-me/1-2-3-4/run/exchange, is out of quota or of inodes"
                + " (1099511627776 bytes free). Free disk space, make the partitions smaller, or"
                + " set spark.lofn.tmp.dir to a directory on a larger disk.")
        .hasCause(failure);
    assertThat(FULL.explain("map of x", new IOException("closed"))).isPresent();
    assertThat(ROOMY.explain("map of x", new IOException("closed"))).isEmpty();
  }

  @Test
  void saysThatMemoryIsForFirstAttemptsOnly() {
    ExchangeDisk full = new ExchangeDisk(EXCHANGE, 4096, false, true);

    assertThat(full.explain("map of x", new IOException("closed")).orElseThrow())
        .hasMessageEndingWith(
            "It is a tmpfs. If spark.lofn.tmp.memoryDir names it, the next attempt uses the disk;"
                + " with spark.io.encryption.enabled it does not: then make the tmpfs larger.");
  }

  @Test
  void aCommandThatCouldNotBeExecutedIsNoneThatFailed() {
    String message =
        text(
            report(ROOMY)
                .neverBegan(new ContainerExit(126, false), tail("sh: Argument list too long\n")));

    assertThat(message)
        .startsWith("map: the tool could not be executed, exit code 126")
        .contains("hand long lists over in a file: an input of the exchange or a volume");
  }

  @Test
  void aLongCommandIsNotRepeatedAsAWhole() {
    String program = "p".repeat(100_000);
    FailureReport report = report(TOOL.command(program), ROOMY, Optional.empty());

    assertThat(
            text(
                report.failure(
                    Reason.EXIT_CODE,
                    new ContainerExit(127, false),
                    tail("sh: " + program + ": no\n"))))
        .contains("ppp... (100000 characters)")
        .hasSizeLessThan(4000);
  }

  @Test
  void looksAtTheDiskOfTheExchangeItself() {
    ExchangeDisk state = ExchangeDisk.of(Path.of("."));

    assertThat(state.freeBytes()).isPositive().isLessThan(Long.MAX_VALUE);
    assertThat(state.seLinux()).isEqualTo(Files.exists(Path.of("/sys/fs/selinux/enforce")));
  }

  private static FailureReport report(ExchangeDisk exchange) {
    return report(exchange, Optional.empty());
  }

  private static FailureReport report(ExchangeDisk exchange, Optional<Duration> idleTimeout) {
    return report(TOOL, exchange, idleTimeout);
  }

  private static FailureReport report(
      Tool<?, ?> tool, ExchangeDisk exchange, Optional<Duration> idleTimeout) {
    ContainerSettings settings =
        ContainerSettings.defaults().toBuilder().limits(LIMITS).user("1000:1000").build();
    RunPlan plan =
        new RunPlan(
            "map",
            tool,
            new TaskIdentity("app-20260102-0007", 4, 17, 1, 1203),
            settings,
            "/shared",
            Optional.of(Duration.ofMinutes(10)),
            idleTimeout,
            64 << 20,
            Duration.ofSeconds(10),
            ImageRequirement.of(tool, new LofnConfig(Map.of()), Optional.empty()),
            KeepPolicy.NEVER,
            true,
            false,
            0);
    FailureReport report = new FailureReport(plan, directory -> exchange);
    report.runtime(new SelectedRuntime("fake", new FakeRuntime("fake", List.of())));
    report.image(PreparedImage.of("registry.example:5000/aligner:2.1", "sha256:7e52"));
    report.container("344b691fc5ee");
    report.exchange(EXCHANGE);
    return report;
  }

  private static StreamTail tail(String text) {
    StreamTail tail = new StreamTail();
    byte[] bytes = text.getBytes(UTF_8);
    tail.append(bytes, bytes.length);
    return tail;
  }

  /** The message with this machine's name taken out. */
  private static String text(ToolFailedException failure) {
    return String.valueOf(failure.getMessage())
        .replace("node       " + ProcessIdentity.current().host() + ";", "node       node7;");
  }
}
