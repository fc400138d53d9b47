package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Tool;
import io.lofn.api.Volume;
import io.lofn.spark.Doctor;
import io.lofn.spark.Lofn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An executor in a mount namespace of its own, as in a container: its {@code executor} is the
 * {@code node} of the node's engine, to whom {@code executor} is empty.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostPathMappingIT {

  private Path directory;
  private Path node;
  private Path executor;

  /** Ways to speak to an engine that stays outside; the program podman itself would come along. */
  static List<Map<String, String>> runtimes() {
    return List.of(
        Map.of("spark.lofn.runtime", "docker"),
        Map.of("spark.lofn.runtime", "podman"),
        Map.of("spark.lofn.runtime", "cli", "spark.lofn.cli.command", "docker"));
  }

  @BeforeEach
  void makeDirectories() throws Exception {
    directory = Files.createTempDirectory(Path.of("/tmp"), "lofn-it-");
    node = Files.createDirectory(directory.resolve("node"));
    executor = Files.createDirectory(directory.resolve("executor"));
    Files.writeString(Files.createDirectory(node.resolve("volume")).resolve("name"), "volume\n");
  }

  @AfterEach
  void deleteDirectories() {
    assertThat(Engines.exchanges(node)).isEmpty();
    Engines.run("rm", "-rf", directory.toString());
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void withoutAMapTheProbeExplains(Map<String, String> runtime) {
    Map<String, String> settings = new HashMap<>(runtime);
    settings.put("spark.lofn.probe", "always");

    ChildJvm.Ended job = run(settings, Job.class, executor + "/volume");

    assertThat(job.code()).as(job.output()).isNotZero();
    assertThat(job.log())
        .contains("Tools cannot run on this node with " + runtime.get("spark.lofn.runtime"))
        .contains("the engine does not see the executor's directory " + executor)
        .contains("let spark.lofn.host.path.map say what the node calls it");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void withAMapTheJobIsRight(Map<String, String> runtime) {
    Map<String, String> settings = new HashMap<>(runtime);
    settings.put("spark.lofn.host.path.map", executor + "=" + node);

    ChildJvm.Ended job = run(settings, Job.class, executor + "/volume");

    assertThat(job.output()).as(job.log()).isEqualTo("[A volume, B volume, C volume]\n");
    assertThat(job.code()).isZero();
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void theDoctorTellsIt(Map<String, String> runtime) {
    ChildJvm.Ended ill = run(runtime, Doctor.class);
    Map<String, String> settings = new HashMap<>(runtime);
    settings.put("spark.lofn.host.path.map", executor + "=" + node);
    ChildJvm.Ended well = run(settings, Doctor.class, "--volume", executor + "/volume");

    assertThat(ill.output())
        .as(ill.log())
        .containsPattern("mounts:\n  the engine does not see the executor's directory")
        .contains("spark.lofn.host.path.map");
    assertThat(ill.code()).isEqualTo(1);
    assertThat(well.output()).as(well.log()).contains("1 entries").contains("1 of 1 nodes passed");
    assertThat(well.code()).isZero();
  }

  private ChildJvm.Ended run(Map<String, String> settings, Class<?> program, String... arguments) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("spark.master", "local[2]");
    all.put("spark.local.dir", executor.toString());
    String script = "mount --bind \"$0\" \"$1\" && shift && exec \"$@\"";
    List<String> namespace =
        List.of("unshare", "--mount", "sh", "-c", script, node.toString(), executor.toString());
    return new ChildJvm(namespace, all).run(directory, program, arguments);
  }

  /** A job with an exchange and a volume in every run. */
  static final class Job {

    private Job() {}

    public static void main(String[] arguments) {
      try (JavaSparkContext spark = new JavaSparkContext(new SparkConf().setAppName("job"))) {
        Tool<String, String> tool =
            Tool.lines("busybox:1")
                .volume(Volume.of(arguments[0]).at("/v"))
                .shell(
                    "while read -r line; do echo \"$line $(cat /v/name)\"; done"
                        + " < /shared/input.txt | tr abc ABC > /shared/output.txt");
        System.out.println(
            Lofn.on(spark).map(spark.parallelize(List.of("a", "b", "c"), 2), tool).collect());
      }
    }
  }
}
