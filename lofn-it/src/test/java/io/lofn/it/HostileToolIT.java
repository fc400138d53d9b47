package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.BinaryFile;
import io.lofn.api.LofnException;
import io.lofn.api.OutputReader;
import io.lofn.api.Tool;
import io.lofn.api.ToolFailedException;
import io.lofn.api.Volume;
import io.lofn.spark.BinaryOutputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a tool that means harm can do, with all settings as they are by default. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileToolIT {

  private static final String IMAGE = "busybox:1";
  private static final String SECRET = "secret of the host";

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @TempDir private Path host;

  static List<Map<String, String>> runtimes() {
    return Engines.RUNTIMES;
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    SPARK.awaitNothingLeft();
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void hasNoNetworkNoCapabilityAndNoRightsOfAnotherUser(Map<String, String> runtime)
      throws IOException {
    Tool<String, String> looksAround =
        Tool.pipe(IMAGE)
            .shell(
                "cat > /dev/null; ls /sys/class/net; id -u; id -g;"
                    + " sed -n 's/^\\(Cap...\\|NoNewPrivs\\):[^0-9a-f]*/\\1 /p' /proc/self/status");

    assertThat(SPARK.lofn(runtime).map(record(), looksAround).collect())
        .containsExactly(
            "lo",
            Files.getAttribute(host, "unix:uid").toString(),
            Files.getAttribute(host, "unix:gid").toString(),
            "CapInh 0000000000000000",
            "CapPrm 0000000000000000",
            "CapEff 0000000000000000",
            "CapBnd 0000000000000000",
            "CapAmb 0000000000000000",
            "NoNewPrivs 1");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void cannotTakeAllProcessesOfTheNode(Map<String, String> runtime) {
    Map<String, String> settings = new HashMap<>(runtime);
    settings.put("spark.lofn.container.pids", "32");
    Tool<String, String> bomb =
        Tool.pipe(IMAGE).shell("for i in $(seq 100); do sleep 600 & done; echo all of them");

    assertThatThrownBy(SPARK.lofn(settings).map(record(), bomb)::collect)
        .hasMessageContaining("fork");
  }

  static List<Map<String, String>> engines() {
    return Engines.EACH;
  }

  @ParameterizedTest
  @MethodSource("engines")
  void cannotDrownTheExecutorInWhatItSays(Map<String, String> runtime) {
    Tool<String, String> tool =
        Tool.pipe(IMAGE).shell("head -c 1073741824 /dev/zero >&2; echo the end >&2; exit 3");

    assertThatThrownBy(SPARK.lofn(runtime).map(record(), tool)::collect)
        .hasMessageContaining("exit code")
        .cause()
        .isInstanceOfSatisfying(
            ToolFailedException.class, e -> assertThat(e.stderrTail()).endsWith("the end\n"));
  }

  static Stream<Arguments> tricks() {
    return Stream.of(
            "ln -s '%s' /shared/output.txt",
            "ln -s ../../../../../../../../../../../..'%s' /shared/output.txt",
            "ln -s '%s' /shared/link && ln -s link /shared/output.txt",
            "mkfifo /shared/output.txt",
            "mkdir /shared/output.txt")
        .flatMap(
            trick ->
                Stream.of(docker(), EmbeddedNode.embedded())
                    .map(runtime -> Arguments.of(trick, runtime)));
  }

  @ParameterizedTest
  @MethodSource("tricks")
  void cannotPassOffAFileOfTheHostAsItsOutput(String trick, Map<String, String> runtime)
      throws IOException {
    Path secret = Files.writeString(host.resolve("secret"), SECRET);
    Tool<String, String> tool = Tool.lines(IMAGE).shell(trick.formatted(secret));

    assertThatThrownBy(SPARK.lofn(runtime).map(record(), tool)::collect)
        .cause()
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("output.txt")
        .hasMessageNotContaining(SECRET);
  }

  @Test
  void cannotPassOffADirectoryOfTheHostAsItsOwn() throws IOException {
    Files.writeString(host.resolve("secret"), SECRET);

    assertThatThrownBy(() -> names(directory("ln -s '%s' /shared/out".formatted(host))))
        .hasMessageContaining("out");
  }

  @Test
  void cannotPassOffFilesOfTheHostInItsDirectory() throws IOException {
    Files.writeString(host.resolve("secret"), SECRET);
    String tricks =
        "cd /shared; mkdir out; ln -s '%1$s' out/a; ln -s '%1$s/secret' out/b; mkfifo out/c";

    assertThat(names(directory(tricks.formatted(host) + "; echo > out/own")))
        .containsExactly("part-00000/own");
  }

  private static Tool<String, BinaryFile> directory(String script) {
    return Tool.lines(IMAGE).shell(script).output(BinaryFile.fromDirectory("out"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../escaped", "/escaped", "a/../../escaped", "a\0b"})
  void cannotBeReadOutsideOfItsExchange(String name) {
    assertThatThrownBy(
            () ->
                SPARK
                    .lofn(docker())
                    .map(record(), Tool.lines(IMAGE).command("true").output(reader(name)))
                    .collect())
        .cause()
        .isInstanceOf(LofnException.class);
  }

  private static OutputReader<String> reader(String name) {
    return output -> {
      try {
        return Files.readAllLines(output.file(name)).stream();
      } catch (IOException e) {
        throw new AssertionError("It was looked for", e);
      }
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"--privileged", "-v/:/host", "busybox:1 --privileged", "", "busy\nbox"})
  void cannotBeAnImageThatIsAnOption(String image) {
    for (Map<String, String> runtime : runtimes()) {
      assertThatThrownBy(
              () -> SPARK.lofn(runtime).map(record(), Tool.pipe(image).command("true")).collect())
          .isInstanceOf(Exception.class)
          .hasMessageContaining("image");
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void cannotKeepItsFilesFromBeingDeleted(Map<String, String> runtime) throws IOException {
    Files.writeString(host.resolve("secret"), SECRET);
    Tool<String, String> tool =
        Tool.lines(IMAGE)
            .shell(
                "cd /shared; mkdir -p a/b; echo x > a/b/c; ln -s '%s' a/root; mkfifo a/fifo; echo y > output.txt; chmod 0 a/b/c a/b a"
                    .formatted(host));

    assertThat(SPARK.lofn(runtime).map(record(), tool).collect()).containsExactly("y");
    assertThat(host.resolve("secret")).hasContent(SECRET);
  }

  /** An engine that closes it lets the tool run; with others lofn refuses, until it is closed. */
  @ParameterizedTest
  @MethodSource("runtimes")
  void cannotWriteWhatIsMountedBelowItsReadOnlyVolume(Map<String, String> runtime)
      throws IOException {
    Path mounted = Files.createDirectories(host.resolve("data/deep/mounted"));
    Tool<String, String> tool =
        Tool.pipe(IMAGE)
            .shell("cat > /dev/null; cd /data/deep/mounted; echo lost > kept || :; cat kept")
            .volume(Volume.of("file:" + host.resolve("data")).at("/data"));
    Engines.run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", mounted.toString());
    try {
      Path kept = Files.writeString(mounted.resolve("kept"), "kept\n");
      try {
        assertThat(SPARK.lofn(runtime).map(record(), tool).collect()).containsExactly("kept");
      } catch (Exception e) {
        assertThat(e).hasMessageContaining(mounted + " (tmpfs)").hasMessageContaining("read-only");
      }
      assertThat(kept).hasContent("kept\n");
      Engines.run("mount", "-o", "remount,bind,ro", mounted.toString());

      assertThat(SPARK.lofn(runtime).map(record(), tool).collect()).containsExactly("kept");
    } finally {
      Engines.run("umount", mounted.toString());
    }
  }

  private List<String> names(Tool<String, BinaryFile> tool) {
    Map<String, String> settings = new HashMap<>(docker());
    settings.put("spark.lofn.output.dir", "file:" + host.resolve("outputs"));
    try (BinaryOutputs outputs = SPARK.lofn(settings).mapBinary(record(), tool)) {
      return outputs.list().stream().map(BinaryFile::name).toList();
    }
  }

  private static Map<String, String> docker() {
    return Engines.RUNTIMES.get(0);
  }

  private static JavaRDD<String> record() {
    return SPARK.context().parallelize(List.of("record"), 1);
  }
}
