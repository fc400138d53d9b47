package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.spark.NodeImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Which runtime serves a node, with the runtimes as they ship. */
class SelectionIT {

  private static final Map<String, String> NO_DOCKER =
      Map.of("spark.lofn.docker.host", "unix:///nonexistent/docker.sock");

  private static final Map<String, String> COMMAND_LINES_ONLY =
      Map.of(
          "spark.lofn.docker.host",
          "unix:///nonexistent/docker.sock",
          "spark.lofn.podman.socket",
          "/nonexistent/podman.sock");

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @Test
  void autoFallsToTheNextUsableRuntime() {
    assertThat(cat(NO_DOCKER)).containsExactly("a", "b");
    assertThat(runtime(NO_DOCKER)).containsExactly("podman");
    assertThat(runtime(COMMAND_LINES_ONLY)).containsExactly("cli");
  }

  @Test
  void anOrderedListIsTriedInItsOrder() {
    Map<String, String> settings = new HashMap<>(NO_DOCKER);
    settings.put("spark.lofn.runtime", "docker,cli");

    assertThat(cat(settings)).containsExactly("a", "b");
  }

  @Test
  void withoutAnEngineContainersNeedNone(@TempDir Path directory) {
    Map<String, String> settings = new HashMap<>(COMMAND_LINES_ONLY);
    settings.put("spark.lofn.cli.command", "no-such-engine");
    settings.put("spark.lofn.embedded.dir", directory.resolve("embedded").toString());
    settings.put("spark.lofn.unsupportedFeatures", "warn");
    String archive = directory.resolve("image.tar").toString();
    Engines.run("docker", "save", "-o", archive, "busybox:1");

    Tool<String, String> tool =
        Tool.pipe("busybox:1").command("cat").imageArchive("file:" + archive);

    assertThat(SPARK.lofn(settings).prepareImages(tool))
        .extracting(NodeImage::runtime)
        .containsExactly("embedded");
  }

  @Test
  void withoutAnyRuntimeEachIsListedWithItsReason(@TempDir Path directory) throws Exception {
    Map<String, String> settings = new HashMap<>(COMMAND_LINES_ONLY);
    settings.put("spark.lofn.cli.command", "no-such-engine");
    Path file = Files.createFile(directory.resolve("file"));
    settings.put("spark.lofn.embedded.dir", file.toString());

    assertThatThrownBy(() -> cat(settings))
        .cause()
        .hasMessageContaining("No container runtime is usable")
        .hasMessageContaining("docker: ")
        .hasMessageContaining("/nonexistent/docker.sock")
        .hasMessageContaining("podman: ")
        .hasMessageContaining("/nonexistent/podman.sock")
        .hasMessageContaining("cli: ")
        .hasMessageContaining("no-such-engine")
        .hasMessageContaining("embedded: ")
        .hasMessageContaining(file + "' is not a directory")
        .hasMessageContaining("Start or install one");
  }

  @Test
  void oneNameHasNoFallback() {
    Map<String, String> settings = new HashMap<>(NO_DOCKER);
    settings.put("spark.lofn.runtime", "docker");

    assertThatThrownBy(() -> cat(settings))
        .cause()
        .hasMessageContaining("/nonexistent/docker.sock")
        .hasMessageNotContaining("cli: ");
  }

  @Test
  void aMisspeltKeyIsAnsweredBeforeAnyJob() {
    assertThatThrownBy(() -> SPARK.lofn(Map.of("spark.lofn.docker.hots", "x")))
        .isInstanceOf(LofnException.class)
        .hasMessage(
            "Unknown configuration key spark.lofn.docker.hots; did you mean"
                + " spark.lofn.docker.host?");
  }

  /** Which runtimes serve the nodes, of which there is one. */
  private static List<String> runtime(Map<String, String> settings) {
    return SPARK.lofn(settings).prepareImages(Tool.pipe("busybox:1").command("cat")).stream()
        .map(NodeImage::runtime)
        .toList();
  }

  private static List<String> cat(Map<String, String> settings) {
    return SPARK
        .lofn(settings)
        .map(
            SPARK.context().parallelize(List.of("a", "b"), 1),
            Tool.pipe("busybox:1").command("cat"))
        .collect();
  }
}
