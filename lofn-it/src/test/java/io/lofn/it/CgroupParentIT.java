package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Tool;
import io.lofn.api.Volume;
import io.lofn.spark.Lofn;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaFutureAction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Containers below a cgroup of the node's, as real engines make them. */
class CgroupParentIT {

  private static final String NAME = "lofn_it";

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @TempDir private Path directory;

  /** Engines leave the parent, and one that podman puts its monitors into. */
  @AfterAll
  static void deleteParent() throws IOException {
    try (DirectoryStream<Path> controllers =
        Files.newDirectoryStream(Path.of("/sys/fs/cgroup"), "*")) {
      for (Path controller : controllers) {
        Files.deleteIfExists(controller.resolve(NAME).resolve("conmon"));
        Files.deleteIfExists(controller.resolve(NAME));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"docker, {{.CgroupDriver}}", "podman, {{.Host.CgroupManager}}"})
  void containersAreMadeBelowTheCgroupOfTheConfiguration(String engine, String driver)
      throws Exception {
    boolean systemd = Engines.run(engine, "info", "-f", driver).contains("systemd");
    String parent = systemd ? NAME + ".slice" : "/" + NAME;
    Lofn lofn =
        SPARK.lofn(
            Map.of(
                "spark.lofn.runtime", engine, "spark.lofn." + engine + ".cgroup.parent", parent));
    Tool<String, String> waits =
        Tool.pipe("busybox:1")
            .volume(Volume.of(directory.toString()).at("/go"))
            .shell("until [ -e /go/on ]; do sleep 0.1; done");

    JavaFutureAction<List<String>> job =
        lofn.map(SPARK.context().parallelize(new ArrayList<>(List.of("x")), 1), waits)
            .collectAsync();
    Engines.waitUntil("the tool runs", () -> Engines.containers(SPARK.label()).size() == 1);
    String container = Engines.containers(SPARK.label()).get(0);
    Engines.waitUntil("it has a process", () -> !pid(engine, container).equals("0"));
    String cgroups = Files.readString(Path.of("/proc", pid(engine, container), "cgroup"));
    Files.createFile(directory.resolve("on"));
    job.get();

    assertThat(cgroups).contains(NAME);
    SPARK.awaitNothingLeft();
  }

  private static String pid(String engine, String container) {
    return Engines.run(engine, "inspect", "-f", "{{.State.Pid}}", container).strip();
  }
}
