package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.PullPolicy;
import io.lofn.api.Tool;
import io.lofn.files.FileTree;
import io.lofn.files.Writers;
import io.lofn.spark.Lofn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Nodes, each a directory of its own, that share images of a registry by HDFS. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SharedImagesIT {

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @TempDir private Path directory;
  private Path nodes;
  private Path disks;
  private Hdfs hdfs;
  private Registry registry;
  private Tool<String, String> cat;

  @BeforeEach
  void start() throws Exception {
    nodes = Files.createTempDirectory(EmbeddedNode.DIRECTORY.getParent(), "nodes-");
    // Not below the build: a name node finds no disk in a path with a blank.
    disks = Files.createTempDirectory(Path.of("/tmp"), "lofn-it-");
    hdfs = new Hdfs(disks);
    registry = new Registry(directory, false);
    cat = Tool.pipe(registry.push("lofn/debian:12", "lofn/shared:1")).command("cat");
    hdfs.await();
  }

  @AfterEach
  void stop() throws IOException {
    registry.close();
    hdfs.close();
    FileTree.delete(nodes, Writers.GONE);
    FileTree.delete(disks, Writers.GONE);
  }

  private static JavaRDD<String> data() {
    return SPARK.context().parallelize(List.of("a", "b"), 2);
  }

  private Lofn node(String name) {
    return node(name, hdfs.uri() + "/images");
  }

  private Lofn node(String name, String store) {
    Map<String, String> settings =
        new HashMap<>(EmbeddedNode.settingsIn(nodes.resolve(name).resolve("dir")));
    settings.put("spark.lofn.embedded.insecureRegistries", registry.host());
    settings.put("spark.lofn.embedded.store", store);
    return SPARK.lofn(settings);
  }

  private int requests() {
    return registry.requests("lofn/shared").size();
  }

  private void assertRuns(String node, Tool<String, String> tool) {
    assertThat(node(node).map(data(), tool).collect()).containsExactly("a", "b");
  }

  private List<String> stored(String below) throws IOException {
    Configuration hadoop = new Configuration();
    hadoop.set("fs.defaultFS", hdfs.uri());
    FileSystem files = FileSystem.get(hadoop);
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path("/images/" + below);
    return files.exists(path)
        ? List.of(files.listStatus(path)).stream()
            .map(FileStatus::getPath)
            .map(org.apache.hadoop.fs.Path::getName)
            .toList()
        : List.of();
  }

  @Test
  void theFirstNodeFillsTheStoreAndOthersAskTheRegistryNothing() throws Exception {
    assertThat(node("first").prepareImages(cat)).hasSize(1);
    int filled = requests();

    assertRuns("second", cat);
    assertRuns("third", cat.pullPolicy(PullPolicy.NEVER));
    assertThat(node("fourth").prepareImages(cat)).hasSize(1);

    assertThat(requests()).isEqualTo(filled);
    assertThat(stored("")).contains("oci-layout", "index.json", "blobs", "names");
    assertThat(stored("writing")).isEmpty();
    assertThat(stored("turns")).isEmpty();
  }

  @Test
  void forATagThatMayMoveTheDriverAsksOnceAndExecutorsNever() throws Exception {
    assertRuns("first", cat);
    int filled = requests();

    assertRuns("second", cat.pullPolicy(PullPolicy.ALWAYS));

    assertThat(requests() - filled).isEqualTo(1);
    assertThat(node("third").prepareImages(cat)).hasSize(1);
    assertThat(requests() - filled).isEqualTo(1);
  }

  @Test
  void aStoreThatIsDownIsNoFailureOfARun() {
    hdfs.close();

    assertRuns("first", cat);
  }

  @Test
  void aToolRunsInATreeThatIsUsedWhereItIs() throws Exception {
    Path shared = nodes.resolve("shared");
    node("first", shared.toString()).prepareImages(cat);
    int filled = requests();
    Path tree;
    try (Stream<Path> all = Files.list(nodes.resolve("first/dir/images/sha256"))) {
      tree = all.findFirst().orElseThrow();
    }
    Path there = Files.createDirectories(shared.resolve("trees/sha256"));
    Engines.run("cp", "-a", tree.toString(), there + "/begun");
    Files.move(there.resolve("begun"), there.resolve(tree.getFileName()));

    JavaRDD<String> output =
        node("second", shared.toString()).map(data(), cat.shell("cat; touch /etc/own"));

    assertThat(output.collect()).containsExactly("a", "b");
    assertThat(nodes.resolve("second/dir/images/sha256").resolve(tree.getFileName()))
        .isDirectoryContaining(each -> Files.isSymbolicLink(each));
    assertThat(there.resolve(tree.getFileName()).resolve("root/etc/own")).doesNotExist();
    assertThat(requests()).isEqualTo(filled);
  }

  @Test
  void aFileSystemThatNothingServesIsOneClearError() {
    assertThatThrownBy(() -> node("first", "nosuch://host/images").map(data(), cat).collect())
        .hasMessageContaining("spark.lofn.embedded.store 'nosuch://host/images' cannot be opened")
        .hasMessageContaining("classes of the file system nosuch: are missing");
  }
}
