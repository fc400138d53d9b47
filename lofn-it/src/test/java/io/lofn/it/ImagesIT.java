package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.PullPolicy;
import io.lofn.api.Tool;
import io.lofn.spark.Lofn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Images from archives, and tags that move. */
class ImagesIT {

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  private final String image = "lofn-it/archived-" + UUID.randomUUID() + ":1";

  @TempDir private Path directory;

  static List<Map<String, String>> runtimes() {
    return Engines.RUNTIMES;
  }

  @AfterEach
  void removeImages() {
    Engines.removeImages(name -> name.endsWith(image));
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void anImageComesFromAnArchiveWhereThereIsNoRegistry(Map<String, String> runtime) {
    Path archive = archive();
    Tool<String, String> tool =
        Tool.pipe(image).command("cat").imageArchive(archive.toUri().toString());

    assertThat(SPARK.lofn(runtime).map(data(), tool).collect()).containsExactly("a", "b");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void anArchiveThatIsNoneIsNamed(Map<String, String> runtime) throws Exception {
    Path archive = Files.writeString(directory.resolve("broken.tar"), "no archive at all");
    Tool<String, String> tool = Tool.pipe(image).command("cat").imageArchive(archive.toString());

    assertThatThrownBy(SPARK.lofn(runtime).map(data(), tool)::collect)
        .hasMessageContaining(archive.toString());
  }

  @Test
  void aTagThatMovesMovesNoTask() throws Exception {
    try (Registry registry = new Registry(directory, false)) {
      String name = registry.push("busybox:1", "lofn/moving:1");
      Lofn lofn = SPARK.lofn(Map.of("spark.lofn.runtime", "docker"));
      Tool<String, String> which =
          Tool.pipe(name).shell("cat; ls -d /bin/bash").acceptedExitCodes(0, 1);
      JavaRDD<String> before = lofn.map(data(), which);

      registry.push("lofn/debian:12", "lofn/moving:1");
      JavaRDD<String> after = lofn.map(data(), which.pullPolicy(PullPolicy.ALWAYS));

      assertThat(before.collect()).containsExactly("a", "b");
      assertThat(after.collect()).containsExactly("a", "/bin/bash", "b", "/bin/bash");
      assertThat(before.collect()).containsExactly("a", "b");
      Engines.removeImages(each -> each.startsWith(registry.host()));
    }
  }

  /** A copy of the test image that only the archive knows by this name. */
  private Path archive() {
    Path archive = directory.resolve("image.tar");
    Engines.run("docker", "tag", "busybox:1", image);
    Engines.run("docker", "save", "-o", archive.toString(), image);
    Engines.exclusivelyOnImages("docker", "rmi", image);
    return archive;
  }

  private static JavaRDD<String> data() {
    return SPARK.context().parallelize(List.of("a", "b"), 2);
  }
}
