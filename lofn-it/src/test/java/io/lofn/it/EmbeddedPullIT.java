package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.PullPolicy;
import io.lofn.api.Tool;
import io.lofn.files.FileTree;
import io.lofn.files.Writers;
import io.lofn.spark.Lofn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A name of an image is all that a tool needs, on a node without an engine. */
class EmbeddedPullIT {

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @TempDir private Path directory;

  private static JavaRDD<String> data() {
    return SPARK.context().parallelize(List.of("a", "b"), 2);
  }

  private static Lofn lofn(Path node, Registry registry) {
    Map<String, String> settings = new HashMap<>(EmbeddedNode.settingsIn(node));
    settings.put("spark.lofn.embedded.insecureRegistries", registry.host());
    return SPARK.lofn(settings);
  }

  @Test
  void aToolRunsInAnImageOfARegistryAndATagThatMovesMovesNoTask() throws Exception {
    Path node = Files.createTempDirectory(EmbeddedNode.DIRECTORY.getParent(), "pulls-");
    try (Registry registry = new Registry(directory, false)) {
      String name = registry.push("busybox:1", "lofn/moving:1");
      Lofn lofn = lofn(node.resolve("dir"), registry);
      Tool<String, String> which =
          Tool.pipe(name).shell("cat; ls -d /bin/bash").acceptedExitCodes(0, 1);
      JavaRDD<String> before = lofn.map(data(), which);
      assertThat(before.collect()).containsExactly("a", "b");

      registry.push("lofn/debian:12", "lofn/moving:1");
      JavaRDD<String> after = lofn.map(data(), which.pullPolicy(PullPolicy.ALWAYS));

      assertThat(after.collect()).containsExactly("a", "/bin/bash", "b", "/bin/bash");
      assertThat(before.collect()).containsExactly("a", "b");
      assertThatThrownBy(
              () ->
                  lofn.map(data(), Tool.pipe(registry.host() + "/no/such:1").command("cat"))
                      .collect())
          .hasMessageContaining("manifest unknown");
    } finally {
      FileTree.delete(node, Writers.GONE);
    }
  }
}
