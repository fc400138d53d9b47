package io.lofn.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.ResourceLimits;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Isolation: what a container cannot do, see or use up. */
interface IsolationContract extends Topic {

  long MEBIBYTE = 1 << 20;

  /**
   * Not in the root directory, to which on some engines a root without capabilities cannot write.
   */
  String WRITE_HOME = "echo text > $HOME/lofn-testkit && cat $HOME/lofn-testkit";

  @Test
  default void seesNoFileThatIsNotMounted(@TempDir Path directory) throws Exception {
    Path secret = Files.writeString(directory.resolve("secret"), "secret");
    lab()
        .ask(
            RuntimeFeature.FILE_ISOLATION,
            lab().command("cat", secret.toString()),
            outcome -> assertThat(outcome.stdout()).isEmpty(),
            outcome -> assertThat(outcome.stdout()).isEqualTo("secret"));
  }

  /**
   * A process without the container's variables, in a new session, soon has no parent in the
   * container.
   */
  @Test
  default void noProcessOutlivesItsContainerWhateverItDrops() throws Exception {
    String mark = lab().newName();
    String hidden = "env -i setsid sh -c 'sleep 600; : %s' <&- >/dev/null 2>&1 &".formatted(mark);
    try (RunningContainer container =
        lab().start(lab().shell(hidden + " echo begun; exec sleep 600"))) {
      assertThat(ContainerLab.text(container.stdout(), "begun".length())).isEqualTo("begun");
      ContainerLab.eventually(() -> assertThat(marked(mark)).isNotEmpty());
    }
    List<ProcessHandle> left = marked(mark);
    left.forEach(ProcessHandle::destroyForcibly);
    if (!lab().isUnsupported(RuntimeFeature.PROCESS_ISOLATION)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  default void noProcessThatIsLeftOutlivesTheTool() throws Exception {
    String mark = lab().newName();
    String hidden = "env -i setsid sh -c 'sleep 600; : %s' <&- >/dev/null 2>&1 &".formatted(mark);
    try (RunningContainer container = lab().start(lab().shell(hidden + " sleep 1; exit 3"))) {
      assertThat(ContainerLab.end(container).code()).isEqualTo(3);
      List<ProcessHandle> left = marked(mark);
      left.forEach(ProcessHandle::destroyForcibly);
      if (!lab().isUnsupported(RuntimeFeature.PROCESS_ISOLATION)) {
        assertThat(left).isEmpty();
      }
    }
  }

  /**
   * Returns the processes of this node, except the container's first ones, with this text in an
   * argument.
   */
  private static List<ProcessHandle> marked(String mark) {
    return ProcessHandle.allProcesses()
        .filter(process -> commandLine(process).startsWith("sh\0-c\0sleep 600; : " + mark))
        .toList();
  }

  private static String commandLine(ProcessHandle process) {
    try {
      return Files.readString(
          Path.of("/proc", Long.toString(process.pid()), "cmdline"), ISO_8859_1);
    } catch (IOException ended) {
      return "";
    }
  }

  @Test
  default void signalsNoProcessOfTheNode() throws Exception {
    Process victim = new ProcessBuilder("sleep", "600").start();
    try {
      lab()
          .ask(
              RuntimeFeature.PROCESS_ISOLATION,
              lab().command("kill", "-KILL", Long.toString(victim.pid())),
              outcome -> {
                assertThat(outcome.code()).isNotZero();
                assertThat(victim.isAlive()).isTrue();
              },
              outcome -> assertThat(outcome.code()).isZero());
    } finally {
      victim.destroyForcibly();
    }
  }

  @Test
  default void hasNoNetworkButTheLoopbackInterface() throws Exception {
    Path devices = Path.of("/proc/net/dev");
    List<String> own = interfaces(Files.readString(devices));
    lab()
        .ask(
            RuntimeFeature.NETWORK_ISOLATION,
            lab().command("cat", devices.toString()),
            outcome -> assertThat(interfaces(outcome.stdout())).containsExactly("lo"),
            outcome ->
                assertThat(interfaces(outcome.stdout())).containsExactlyInAnyOrderElementsOf(own));
  }

  private static List<String> interfaces(String devices) {
    return Pattern.compile("^ *([^ :]+):", Pattern.MULTILINE)
        .matcher(devices)
        .results()
        .map(match -> match.group(1))
        .toList();
  }

  @Test
  default void refusesANetworkThatDoesNotExist() {
    lab()
        .assertRefused(
            lab()
                .command("true")
                .settings(lab().settings().network("lofn-no-such-network").build()));
  }

  @Test
  default void hasNoCapabilitiesAndCannotGainPrivileges() throws Exception {
    lab()
        .ask(
            RuntimeFeature.PRIVILEGES,
            status(),
            outcome -> {
              for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
                assertThat(capabilities(set, outcome.stdout())).as(set).isZero();
              }
              assertThat(field("NoNewPrivs", outcome.stdout())).isEqualTo("1");
            },
            outcome -> assertThat(capabilities("CapBnd", outcome.stdout())).isNotZero());
  }

  @Test
  default void keepsTheCapabilityAskedForAlone() throws Exception {
    String own = Files.readString(Path.of("/proc/self/status"));
    lab()
        .ask(
            RuntimeFeature.PRIVILEGES,
            status().settings(lab().settings().capability("NET_RAW").build()),
            outcome -> {
              assertThat(capabilities("CapEff", outcome.stdout())).isEqualTo(1L << 13);
              assertThat(capabilities("CapBnd", outcome.stdout())).isEqualTo(1L << 13);
            },
            outcome ->
                assertThat(field("CapBnd", outcome.stdout())).isEqualTo(field("CapBnd", own)));
  }

  @Test
  default void mayGainPrivilegesIfAskedFor() throws Exception {
    String own = Files.readString(Path.of("/proc/self/status"));
    lab()
        .ask(
            RuntimeFeature.PRIVILEGES,
            status().settings(lab().settings().newPrivileges(true).build()),
            outcome -> assertThat(field("NoNewPrivs", outcome.stdout())).isEqualTo("0"),
            outcome ->
                assertThat(field("NoNewPrivs", outcome.stdout()))
                    .isEqualTo(field("NoNewPrivs", own)));
  }

  private ContainerSpec.Builder status() {
    return lab().command("cat", "/proc/self/status");
  }

  private static long capabilities(String set, String status) {
    return Long.parseUnsignedLong(field(set, status), 16);
  }

  private static String field(String name, String status) {
    Matcher matcher =
        Pattern.compile("^" + name + ":\\s*(\\S+)$", Pattern.MULTILINE).matcher(status);
    assertThat(matcher.find()).as("%s in %s", name, status).isTrue();
    return matcher.group(1);
  }

  @Test
  default void limitsProcesses() throws Exception {
    lab()
        .ask(
            RuntimeFeature.PIDS,
            limited(
                ResourceLimits.none().pids(12),
                "i=0; while [ $i -lt 20 ]; do sleep 1 & i=$((i+1)); done; wait; echo all"),
            outcome -> assertThat(outcome.stdout()).isEmpty(),
            outcome -> assertThat(outcome.stdout()).isEqualTo("all\n"));
  }

  @Test
  default void limitsMemory() throws Exception {
    lab()
        .ask(
            RuntimeFeature.MEMORY,
            limited(
                ResourceLimits.none().memory(32 * MEBIBYTE),
                "dd if=/dev/zero of=/dev/null bs=128M count=1 && echo written"),
            outcome -> assertThat(outcome.stdout()).isEmpty(),
            outcome -> assertThat(outcome.stdout()).isEqualTo("written\n"));
  }

  @Test
  default void limitsSharedMemory() throws Exception {
    lab()
        .ask(
            RuntimeFeature.SHARED_MEMORY,
            limited(
                ResourceLimits.none().sharedMemory(2 * MEBIBYTE),
                "f=/dev/shm/lofn-testkit-$$; head -c 4194304 /dev/zero > $f; wc -c < $f; rm $f"),
            outcome -> assertThat(outcome.stdout().trim()).isEqualTo("2097152"),
            outcome -> assertThat(outcome.stdout().trim()).isEqualTo("4194304"));
  }

  @Test
  default void limitsProcessors() throws Exception {
    String quota =
        "cat /sys/fs/cgroup/cpu.max 2>/dev/null || cd /sys/fs/cgroup/cpu &&"
            + " echo $(cat cpu.cfs_quota_us) $(cat cpu.cfs_period_us)";
    lab()
        .ask(
            RuntimeFeature.CPUS,
            limited(ResourceLimits.none().cpus(0.5), quota),
            outcome -> {
              List<Double> numbers =
                  Stream.of(outcome.stdout().trim().split(" ")).map(Double::valueOf).toList();
              assertThat(numbers).hasSize(2);
              assertThat(numbers.get(0) / numbers.get(1)).isEqualTo(0.5);
            },
            outcome -> assertThat(outcome.exit().outOfMemory()).isFalse());
  }

  private ContainerSpec.Builder limited(ResourceLimits limits, String script) {
    return lab().shell(script).settings(lab().settings().limits(limits).build());
  }

  @Test
  default void holdsADirectoryInMemoryToItsSize() throws Exception {
    lab()
        .ask(
            RuntimeFeature.TMPFS_SIZE,
            lab()
                .shell("head -c 2097152 /dev/zero > /scratch/f; wc -c < /scratch/f")
                .settings(lab().settings().tmpfs("/scratch", MEBIBYTE).build()),
            outcome -> assertThat(outcome.stdout().trim()).isEqualTo("1048576"),
            outcome -> assertThat(outcome.stdout().trim()).isEqualTo("2097152"));
  }

  @Test
  default void mayWriteTheImagesFilesUnlessTold() throws Exception {
    lab()
        .ask(
            RuntimeFeature.WRITABLE_ROOT,
            lab().shell(WRITE_HOME),
            outcome -> assertThat(outcome.stdout()).isEqualTo("text\n"),
            outcome -> assertThat(outcome.stdout()).isEmpty());
  }

  @Test
  default void refusesToWriteTheImagesFilesIfTold(@TempDir Path directory) throws Exception {
    lab()
        .ask(
            RuntimeFeature.READ_ONLY_ROOT,
            lab().shell(WRITE_HOME).settings(lab().settings().readOnlyRoot(true).build()),
            outcome -> {
              assertThat(outcome.stdout()).isEmpty();
              assertThat(outcome.code()).isNotZero();
            },
            outcome -> assertThat(outcome.stdout()).isEqualTo("text\n"));
  }
}
