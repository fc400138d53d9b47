package io.lofn.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ToolTest {

  @Test
  void settersLeaveTheToolAsItIs() {
    Tool<String, String> tool = Tool.lines("busybox:1");

    Tool<String, String> other =
        tool.env("A", "b").cpus(2).shell("true").volume(Volume.of("/data").at("/data"));

    assertThat(other.argv()).isNotEmpty();
    assertThat(tool.argv()).isEmpty();
    assertThat(tool.settings().environment()).isEmpty();
    assertThat(tool.settings().limits().cpus()).isEmpty();
    assertThat(tool.volumes()).isEmpty();
  }

  @Test
  void settersKeepWhatWasSetBefore() {
    Tool<String, String> tool =
        Tool.pipe("busybox:1")
            .env("A", "b")
            .env("C", "d e\nf")
            .memory(1 << 20)
            .cpus(1.5)
            .timeout(Duration.ofSeconds(3))
            .acceptedExitCodes(1, 0)
            .pullPolicy(PullPolicy.NEVER)
            .command("sort", "-n");

    assertThat(tool.settings().environment()).containsEntry("A", "b").containsEntry("C", "d e\nf");
    assertThat(tool.settings().limits().memory()).hasValue(1 << 20);
    assertThat(tool.settings().limits().cpus()).hasValue(1.5);
    assertThat(tool.timeout()).contains(Duration.ofSeconds(3));
    assertThat(tool.acceptedExitCodes()).containsExactly(0, 1);
    assertThat(tool.pullPolicy()).contains(PullPolicy.NEVER);
    assertThat(tool.argv()).containsExactly("sort", "-n");
  }

  @Test
  void anEntrypointComesBeforeTheCommand() {
    Tool<String, String> tool = Tool.pipe("i").entrypoint("java", "-jar").command("x.jar");

    assertThat(tool.argv()).containsExactly("java", "-jar", "x.jar");
    assertThat(tool.usesImageEntrypoint()).isFalse();
    assertThat(tool.imageEntrypoint().argv()).containsExactly("x.jar");
    assertThat(tool.imageEntrypoint().usesImageEntrypoint()).isTrue();
  }

  @Test
  void aScriptReplacesTheEntrypoint() {
    Tool<String, String> tool = Tool.pipe("i").entrypoint("java").shell("echo $HOME");

    assertThat(tool.argv()).containsExactly("sh", "-c", "echo $HOME");
  }

  @Test
  void scriptsRunWithPipefailUnlessTheToolSaysOtherwise() {
    Tool<String, String> tool = Tool.pipe("i");

    assertThat(tool.shell("a | b").usesPipefail()).isTrue();
    assertThat(tool.shell("a | b").argv()).containsExactly("sh", "-c", "a | b");
    assertThat(tool.shell("a | b").entrypoint("nice").usesPipefail()).isTrue();
    assertThat(tool.shell("a | b").pipefail(false).usesPipefail()).isFalse();
    assertThat(tool.pipefail(false).shell("a | b").usesPipefail()).isFalse();
    assertThat(tool.command("sh", "-c", "a | b").usesPipefail()).isFalse();
    assertThat(tool.shell("a | b").command("a").isScript()).isFalse();
  }

  @Test
  void anEmptyEntrypointIsNotTheImages() {
    assertThatThrownBy(() -> Tool.pipe("i").entrypoint())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("imageEntrypoint()");
  }

  @Test
  void otherLayoutsKeepEverythingElse() {
    Tool<Integer, Long> tool =
        Tool.pipe("i")
            .env("A", "b")
            .command("c")
            .orderSensitive()
            .<Integer>input((records, run) -> run.file("n"))
            .output(run -> Stream.of(1L));

    assertThat(tool.argv()).containsExactly("c");
    assertThat(tool.settings().environment()).containsEntry("A", "b");
    assertThat(tool.input().usesStdin()).isFalse();
    assertThat(tool.isOrderSensitive()).isTrue();
  }

  @Test
  void toolsTravelByJavaSerialisation() throws Exception {
    Tool<String, String> tool =
        Tool.lines("registry:5000/a/b@sha256:0123")
            .shell("true")
            .env("A", "b")
            .volume(Volume.of("hdfs:///ref").at("/ref").readWrite())
            .timeout(Duration.ofMinutes(1))
            .tmpfs("/tmp", 1 << 20)
            .user("1:1");

    Tool<?, ?> copy = copy(tool);

    assertThat(copy).usingRecursiveComparison().ignoringFields("input", "output").isEqualTo(tool);
    assertThat(copy(Tool.pipe("i")).input().usesStdin()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", " busybox", "busybox:1\n"})
  void imagesNeedAName(String image) {
    assertThatThrownBy(() -> Tool.lines(image))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("image");
  }

  @Test
  void twoVolumesCannotShareATarget() {
    Tool<String, String> tool = Tool.lines("i").volume(Volume.of("/a").at("/data/"));

    assertThatThrownBy(() -> tool.volume(Volume.of("/b").at("/data")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("/data");
  }

  @ParameterizedTest
  @ValueSource(strings = {"io.lofn", "io.lofn.host"})
  void labelsOfLofnAreNotForTools(String name) {
    assertThatThrownBy(() -> Tool.lines("i").label(name, "x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name);
  }

  @Test
  void everyTimeAndSizeCanBeTextWithAUnit() {
    Tool<String, String> tool =
        Tool.pipe("a")
            .memory("2g")
            .maxDisk("20G")
            .shm("64mb")
            .tmpfs("/scratch", "512k")
            .timeout("30s")
            .idleTimeout("5min");

    ResourceLimits limits = tool.settings().limits();
    assertThat(limits.memory()).hasValue(2L << 30);
    assertThat(limits.disk()).hasValue(20L << 30);
    assertThat(limits.sharedMemory()).hasValue(64 << 20);
    assertThat(tool.settings().tmpfs()).containsEntry("/scratch", 512L << 10);
    assertThat(tool.timeout()).contains(Duration.ofSeconds(30));
    assertThat(tool.idleTimeout()).contains(Duration.ofMinutes(5));
    assertThat(ResourceLimits.none().memory("2g").sharedMemory("1m").disk("1b"))
        .isEqualTo(ResourceLimits.none().memory(2L << 30).sharedMemory(1 << 20).disk(1));
  }

  static Stream<Arguments> settersOfText() {
    Tool<String, String> tool = Tool.pipe("a");
    return Stream.of(
        Arguments.of("Tool.memory", (UnaryOperator<String>) text -> tool.memory(text).image()),
        Arguments.of("Tool.maxDisk", (UnaryOperator<String>) text -> tool.maxDisk(text).image()),
        Arguments.of("Tool.shm", (UnaryOperator<String>) text -> tool.shm(text).image()),
        Arguments.of("Tool.tmpfs", (UnaryOperator<String>) text -> tool.tmpfs("/t", text).image()),
        Arguments.of("Tool.timeout", (UnaryOperator<String>) text -> tool.timeout(text).image()),
        Arguments.of(
            "Tool.idleTimeout", (UnaryOperator<String>) text -> tool.idleTimeout(text).image()),
        Arguments.of(
            "ResourceLimits.memory",
            (UnaryOperator<String>) text -> ResourceLimits.none().memory(text).toString()),
        Arguments.of(
            "ResourceLimits.sharedMemory",
            (UnaryOperator<String>) text -> ResourceLimits.none().sharedMemory(text).toString()),
        Arguments.of(
            "ResourceLimits.disk",
            (UnaryOperator<String>) text -> ResourceLimits.none().disk(text).toString()),
        Arguments.of(
            "ContainerSettings.Builder.tmpfs",
            (UnaryOperator<String>)
                text ->
                    ContainerSettings.defaults().toBuilder().tmpfs("/t", text).build().network()));
  }

  @ParameterizedTest
  @MethodSource("settersOfText")
  void aTextThatIsNoTimeOrSizeIsRefusedWhenTheToolIsMade(String setter, UnaryOperator<String> set) {
    boolean time = setter.contains("imeout");
    assertThatThrownBy(() -> set.apply("10"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            setter
                + "(\"10\"): it has no unit; write "
                + (time
                    ? "10s for seconds, or 10ms for milliseconds"
                    : "10m for mebibytes, or 10b for bytes"));
    String one = time ? "s" : "g";
    assertThatThrownBy(() -> set.apply("-1" + one))
        .hasMessageStartingWith(setter + "(\"-1" + one + "\"): it is negative; write a ");
    assertThatThrownBy(() -> set.apply("-1")).hasMessageContaining("it is negative");
    for (String zero : List.of("0", "0" + one)) {
      assertThatThrownBy(() -> set.apply(zero))
          .hasMessageContaining("it must be at least 1" + (time ? "ms" : " byte"));
    }
    for (String other : List.of("", "much", "1.5" + one, "1 " + one, "1x")) {
      assertThatThrownBy(() -> set.apply(other))
          .hasMessageStartingWith(setter + "(\"" + other + "\"): write a whole number and a unit");
    }
  }

  @Test
  void limitsMustBePositive() {
    Tool<String, String> tool = Tool.lines("i");

    assertThatThrownBy(() -> tool.cpus(0)).hasMessageContaining("cpus");
    assertThatThrownBy(() -> tool.cpus(Double.NaN)).hasMessageContaining("cpus");
    assertThatThrownBy(() -> tool.memory(-1)).hasMessageContaining("memory");
    assertThatThrownBy(() -> tool.timeout(Duration.ZERO)).hasMessageContaining("timeout");
    assertThatThrownBy(() -> tool.acceptedExitCodes(new int[0])).hasMessageContaining("exit code");
    assertThatThrownBy(tool::command).hasMessageContaining("command is empty");
  }

  /** One byte more than Linux accepts, counted in UTF-8. */
  @ParameterizedTest
  @ValueSource(strings = {"a", "\u00e4", "\u2603", "\ud834\udd1e"})
  void whatTheKernelDoesNotPassToAProgramIsRefusedWhenTheToolIsMade(String character) {
    int bytes = character.getBytes(UTF_8).length;
    String longest = character.repeat(131_071 / bytes);
    String longer = longest + "x".repeat(131_072 - longest.getBytes(UTF_8).length);
    String value = longer.substring(0, longer.length() - 2); // and the name and = before it
    Tool<String, String> tool = Tool.lines("i").command("x", longest);

    assertThat(tool.env("x", value.substring(0, value.length() - 1)).argv()).contains(longest);
    assertTooLong(() -> tool.command("x", longer));
    assertTooLong(() -> tool.command(List.of(longer)));
    assertTooLong(() -> tool.entrypoint("x", longer));
    assertTooLong(() -> tool.env("x", value + "xx"));
    assertTooLong(() -> tool.env(longer, ""));
  }

  /** A script leaves room for the text that is put before it. */
  @ParameterizedTest
  @ValueSource(strings = {"a", "\u00e4", "\ud834\udd1e"})
  void aScriptIsAsLongAsAnArgumentWithWhatIsPutBeforeItMayBe(String character) {
    int bytes = character.getBytes(UTF_8).length;
    String longest = character.repeat(131_000 / bytes);
    Tool<String, String> tool = Tool.lines("i").shell(longest);

    assertThat(tool.argv()).contains(longest);
    assertTooLong(131_000, () -> tool.shell(longest + character));
  }

  private static void assertTooLong(ThrowingCallable call) {
    assertTooLong(131_071, call);
  }

  private static void assertTooLong(int most, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Integer.toString(most))
        .hasMessageContaining("a file: an input of the exchange or a volume")
        .message()
        .hasSizeLessThan(600);
  }

  @Test
  void anArgumentEndsAtNoNul() {
    assertThatThrownBy(() -> Tool.lines("i").command("x", "a\0b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NUL");
  }

  @Test
  void aLongCommandIsNotRepeatedAsAWhole() {
    assertThat(Tool.lines("i").shell("x".repeat(100_000)).toString())
        .startsWith("i [sh, -c, xxx")
        .hasSizeLessThan(400);
  }

  @SuppressWarnings("unchecked")
  private static <T> T copy(T value) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (T) in.readObject();
    }
  }

  @Test
  void refusesAVariableThatLofnSetsForEachRun() {
    assertThatThrownBy(() -> Tool.pipe("image").env("LOFN_PARTITION", "1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Tool.env(\"LOFN_PARTITION\", ...): lofn sets the variables that begin with LOFN_ for"
                + " each run; choose another name");
  }
}
