package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.spark.Doctor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The program that checks nodes, with its exit code, on real engines and a broken node. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DoctorIT {

  private static final String NOWHERE = "unix:///nonexistent/engine.sock";

  @TempDir private Path directory;

  static List<Map<String, String>> runtimes() {
    return Engines.RUNTIMES;
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aNodeWithAnEnginePasses(Map<String, String> runtime) throws Exception {
    Path volume = Files.createDirectory(directory.resolve("volume"));
    Files.writeString(volume.resolve("one"), "1");
    Map<String, String> settings = new HashMap<>(runtime);
    settings.put("spark.master", "local[2]");

    ChildJvm.Ended doctor = doctor(settings, "--volume", volume.toString());

    assertThat(doctor.output())
        .as(doctor.log())
        .containsPattern(
            "(?m)^node +user +encoding +free disk +runtime +image +mounts +network +volume$")
        .contains(" " + runtime.get("spark.lofn.runtime") + ", ")
        .containsPattern("present +read and write +none +1 entries\n")
        .endsWith("\n1 of 1 nodes passed\n");
    assertThat(doctor.code()).isZero();
  }

  /** As on OpenShift. In a namespace of its own, so that it is so for every user. */
  @Test
  void aNodeWhoseUserHasNoNamePasses() throws Exception {
    Path volume = Files.createDirectory(directory.resolve("volume"));
    Path local = Files.createDirectory(directory.resolve("local"));
    List<String> nameless =
        List.of(
            "env",
            "SPARK_USER=spark",
            "unshare",
            "--user",
            "--map-user=54321",
            "--map-group=54321",
            "--");
    Map<String, String> settings =
        Map.of(
            "spark.master",
            "local[2]",
            "spark.lofn.runtime",
            "process",
            "spark.lofn.tmp.dir",
            local.toString());

    ChildJvm.Ended doctor =
        new ChildJvm(nameless, settings)
            .run(directory, Doctor.class, "--volume", volume.toString());

    assertThat(doctor.output())
        .as(doctor.log())
        .contains("without a name (54321:54321)")
        .containsPattern("read and write .* 0 entries\n")
        .endsWith("\n1 of 1 nodes passed\n");
    assertThat(local).isEmptyDirectory();
  }

  @Test
  void aFileIsAVolumeToo() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "12345");

    ChildJvm.Ended doctor =
        doctor(
            Map.of("spark.master", "local[2]", "spark.lofn.runtime", "docker"),
            "--volume",
            file.toString());

    assertThat(doctor.output()).as(doctor.log()).contains("  5 bytes\n");
    assertThat(doctor.code()).isZero();
  }

  @Test
  void oneBrokenNodeOfTwoIsFoundAndAdvised() {
    try (StandaloneCluster cluster =
        new StandaloneCluster(directory, 1, List.of(Map.of(), Map.of("DOCKER_HOST", NOWHERE)))) {
      String master = cluster.spark().sparkContext().master();
      cluster.spark().stop(); // its executors are not the doctor's
      Map<String, String> settings =
          Map.of(
              "spark.master",
              master,
              "spark.lofn.runtime",
              "docker",
              "spark.executor.memory",
              "512m",
              "spark.executor.extraClassPath",
              System.getProperty("java.class.path"));

      ChildJvm.Ended doctor = doctor(settings, "--nodes", "2");

      assertThat(doctor.output())
          .as(doctor.log())
          .containsPattern("(?m)^127.0.0.2 .* docker, .* read and write +none$")
          .containsPattern("(?m)^127.0.0.3 .* FAILED +- +- +-$")
          .contains("\nWhat to do:\n127.0.0.3, runtime:\n  No container runtime is usable")
          .contains("/nonexistent/engine.sock")
          .contains("  -> Install an engine on the node, or start it.")
          .endsWith("\n1 of 2 nodes passed\n");
      assertThat(doctor.code()).isEqualTo(1);
    }
  }

  @Test
  void wrongUseIsTold() {
    ChildJvm.Ended doctor = doctor(Map.of("spark.master", "local[1]"), "--nods", "2");

    assertThat(doctor.log()).contains("unknown option --nods").contains("Usage: spark-submit");
    assertThat(doctor.code()).isEqualTo(2);
  }

  private ChildJvm.Ended doctor(Map<String, String> settings, String... arguments) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("spark.local.dir", directory.resolve("spark").toString());
    return new ChildJvm(List.of(), all).run(directory, Doctor.class, arguments);
  }
}
