package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Tool;
import io.lofn.spark.Lofn;
import java.io.File;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a JVM that was killed has left is removed by the next lofn on the node. */
@Tag("serial") // Any lofn on the node would remove what it leaves.
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeadOwnerIT {

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  static List<Map<String, String>> runtimes() {
    return Engines.WITH_ENGINES;
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void isCleanedUpAfter(Map<String, String> runtime) throws Exception {
    String mark = "org.example.victim=" + System.nanoTime();
    Process victim = startVictim(runtime, mark);
    try {
      Engines.waitUntil("its tool runs", () -> !Engines.containers(mark).isEmpty());
      assertThat(Engines.exchanges(SPARK.localDirectory())).isNotEmpty();
    } finally {
      victim.destroyForcibly().waitFor();
    }
    assertThat(Engines.containers(mark)).isNotEmpty();
    reapBy(runtime);

    Engines.waitUntil("its container is gone", () -> Engines.containers(mark).isEmpty());
    assertThat(Engines.exchanges(SPARK.localDirectory())).isEmpty();
  }

  /** Where a container is processes of its owner, none outlives it; directories may. */
  @Test
  void noProcessOfAContainerWithoutAnEngineOutlivesItsOwner() throws Exception {
    Map<String, String> runtime = EmbeddedNode.embedded();
    String mark = "org.example.victim=" + System.nanoTime();
    Process victim = startVictim(runtime, mark);
    try {
      Engines.waitUntil(
          "its tool runs", () -> EmbeddedNode.processesOf(SPARK.localDirectory()).size() > 1);
      assertThat(Engines.exchanges(SPARK.localDirectory())).isNotEmpty();
      assertThat(EmbeddedNode.controlGroups(victim.pid())).isNotEmpty();
    } finally {
      victim.destroyForcibly().waitFor();
    }
    Engines.waitUntil(
        "its processes are gone",
        Duration.ofSeconds(5),
        () ->
            EmbeddedNode.processesOf(SPARK.localDirectory()).isEmpty()
                && EmbeddedNode.orphans().isEmpty());
    assertThat(Path.of("/proc/self/mountinfo"))
        .content()
        .doesNotContain(SPARK.localDirectory().toString())
        .doesNotContain(runtime.get("spark.lofn.embedded.dir"));
    reapBy(runtime);

    Engines.waitUntil("its container is gone", () -> Engines.containers(mark).isEmpty());
    Engines.waitUntil(
        "its control groups are gone", () -> EmbeddedNode.controlGroups(victim.pid()).isEmpty());
    assertThat(Engines.exchanges(SPARK.localDirectory())).isEmpty();
  }

  /** The first task of a lofn; an interval of its own makes it a new one for each runtime. */
  private static void reapBy(Map<String, String> runtime) {
    Map<String, String> settings = new java.util.HashMap<>(runtime);
    settings.put("spark.lofn.cleanup.interval", "1d");
    SPARK
        .lofn(settings)
        .map(SPARK.context().parallelize(List.of("a"), 1), Tool.pipe("busybox:1").command("cat"))
        .collect();
  }

  private static Process startVictim(Map<String, String> runtime, String mark) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(SparkHome.java());
    command.addAll(SparkHome.shortLived());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens") || argument.startsWith("-X"))
        .forEach(command::add);
    runtime.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Victim.class.getName()));
    command.addAll(List.of(SPARK.localDirectory().toString(), mark));
    File log = new File(System.getProperty("java.io.tmpdir"), "victim.log");
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(Redirect.to(log))
        .start();
  }

  /** A program whose tool outlives it. */
  static final class Victim {

    private Victim() {}

    public static void main(String[] arguments) {
      String[] mark = arguments[1].split("=", 2);
      SparkSession spark =
          SparkSession.builder()
              .master("local[1]")
              .appName("victim")
              .config("spark.ui.enabled", "false")
              .config("spark.lofn.probe", "never")
              .config("spark.local.dir", arguments[0])
              .getOrCreate();
      Tool<String, String> sleep =
          Tool.lines("busybox:1").command("sleep", "600").label(mark[0], mark[1]);
      Lofn.on(spark)
          .map(new JavaSparkContext(spark.sparkContext()).parallelize(List.of("a"), 1), sleep)
          .count();
    }
  }
}
