package io.lofn.runtime.embedded.store;

import static io.lofn.runtime.embedded.store.TestImage.put;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_NORMAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.files.FileTree;
import io.lofn.files.Writers;
import io.lofn.image.Platform;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.RuntimeConfig;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes, each a store of its own, that share images by a path. */
@Timeout(120)
class NodesShareImagesTest {

  private static final String TOOLS = "tools/sort";

  @TempDir private Path directory;
  private Path shared;
  private FakeRegistry registry;
  private String name;
  private TestImage image;
  private String digest;

  @BeforeEach
  void makeARegistry() throws Exception {
    shared = directory.resolve("shared");
    registry = new FakeRegistry();
    name = registry.host() + "/" + TOOLS + ":1";
    image = image(1);
    digest = registry.push(TOOLS, "1", image);
  }

  @AfterEach
  void closeTheRegistry() {
    registry.close();
  }

  private static TestImage image(int seed) throws IOException {
    byte[] noise = new byte[1 << 20];
    new Random(seed).nextBytes(noise);
    return TestImage.named("any")
        .layer(tar -> put(tar, "file", noise))
        .layer(tar -> put(tar, LF_NORMAL, "second", "2"));
  }

  private ImageStore node(String node) {
    return node(node, shared.toString());
  }

  private ImageStore node(String node, String store) {
    return TestImage.store(
        directory.resolve(node),
        RuntimeConfig.of(Map.of("insecureRegistries", "127.0.0.1", "store", store))
            .callTimeout(Duration.ofSeconds(3)));
  }

  private void assertHas(ImageStore node, ImageRequest request) {
    String id = node.prepare(request).id();
    assertThat(id).isEqualTo(image.id());
    assertThat(node.open(id).root().resolve("file")).hasSize(1 << 20);
    assertThat(node.open(id).root().resolve("second")).hasContent("2");
  }

  private String pinned() {
    return registry.host() + "/" + TOOLS + "@" + digest;
  }

  private Path blob(String of) {
    return shared.resolve("blobs").resolve(of.replace(':', '/'));
  }

  private String layer() throws IOException {
    return TestImage.sha256(FakeRegistry.gzip(image.layers().get(0)));
  }

  private void fill() {
    assertHas(node("first"), ImageRequest.of(name));
    registry.asked().clear();
  }

  @Test
  void whatOneNodeHasPulledAllOthersReadAndAskTheRegistryNothing() throws Exception {
    assertHas(node("first"), ImageRequest.of(name));
    assertThat(registry.asked()).as("manifest, configuration and layers").hasSize(4);
    registry.asked().clear();

    assertHas(node("second"), ImageRequest.of(name));
    assertHas(node("third"), ImageRequest.of(pinned()));
    assertHas(node("fourth"), ImageRequest.of(name).policy(PullPolicy.NEVER));
    assertHas(node("fifth"), ImageRequest.of(pinned()).policy(PullPolicy.NEVER));
    assertHas(node("sixth"), ImageRequest.of(pinned()).policy(PullPolicy.ALWAYS));
    assertThat(node("seventh").digest(ImageRequest.of(name))).contains(digest);
    assertThat(node("seventh").digest(ImageRequest.of(name).policy(PullPolicy.NEVER)))
        .contains(digest);
    assertThat(registry.asked()).isEmpty();
  }

  @Test
  void theStoreIsAnOciLayoutThatOtherProgramsRead() throws Exception {
    fill();

    assertThat(shared.resolve("oci-layout")).hasContent("{\"imageLayoutVersion\":\"1.0.0\"}");
    for (Path each : files("blobs/sha256")) {
      assertThat(TestImage.sha256(Files.readAllBytes(each)))
          .isEqualTo("sha256:" + each.getFileName());
    }
    assertThat(files("blobs/sha256")).hasSize(4);
    assertThat(files("writing")).isEmpty();
    assertThat(files("turns")).isEmpty();
    List<Path> names = files("names");
    assertThat(names).hasSize(1);
    Files.copy(names.get(0), shared.resolve("index.json"), StandardCopyOption.REPLACE_EXISTING);
    ImageStore other = TestImage.store(directory.resolve("other"));
    other.load(shared, Duration.ofMinutes(1));
    assertHas(other, ImageRequest.of(name).policy(PullPolicy.NEVER));
  }

  /** Those that are there: a node may rename or delete some meanwhile. */
  private List<Path> files(String below) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        shared.resolve(below),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    return files;
  }

  @Test
  void theDriverAsksOnceForATagThatMayMoveAndExecutorsNever() throws Exception {
    fill();
    ImageRequest always = ImageRequest.of(name).policy(PullPolicy.ALWAYS);
    image = image(2);
    digest = registry.push(TOOLS, "1", image);

    String found = node("driver").digest(always).orElseThrow();
    assertThat(found).isEqualTo(digest);
    assertThat(registry.asked()).hasSize(1);
    assertHas(node("second"), always.digest(found));
    assertThat(registry.asked()).as("the new image's own files").hasSize(5);
    assertHas(node("third"), always.digest(found));
    assertHas(node("third"), ImageRequest.of(name).policy(PullPolicy.NEVER));
    assertHas(node("fourth"), ImageRequest.of(name));

    assertThat(registry.asked()).hasSize(5);
  }

  @Test
  void aTagThatMovesBackIsFoundAsItIsNow() throws Exception {
    fill();
    ImageRequest always = ImageRequest.of(name).policy(PullPolicy.ALWAYS);
    TestImage other = image(2);
    registry.push(TOOLS, "1", other);
    assertThat(node("second").prepare(always).id()).isEqualTo(other.id());
    registry.push(TOOLS, "1", image);

    assertThat(node("driver").digest(always)).contains(digest);

    assertHas(node("third"), ImageRequest.of(name).policy(PullPolicy.NEVER));
    assertThat(files("names")).hasSize(1);
  }

  @Test
  void ofAnIndexTheNodesOwnImageIsShared() throws Exception {
    TestImage otherImage = image(3).platform("linux", "other");
    String other = registry.push(TOOLS, "other", otherImage);
    Platform own = Platform.own();
    Map<String, String> platforms = new LinkedHashMap<>();
    platforms.put(other, "linux/other");
    platforms.put(digest, own.toString());
    digest = registry.putIndex(TOOLS, "1", platforms);
    fill();

    assertHas(node("second"), ImageRequest.of(name));
    assertHas(node("third"), ImageRequest.of(pinned()));
    assertThat(registry.asked()).isEmpty();
    ImageRequest foreign = ImageRequest.of(name).platform("linux/other");
    assertThat(node("fourth").prepare(foreign).id()).isEqualTo(otherImage.id());
    assertThat(registry.asked()).as("the files that were not there").isNotEmpty();
    registry.asked().clear();
    assertThat(node("fifth").prepare(foreign).id()).isEqualTo(otherImage.id());
    assertHas(node("sixth"), ImageRequest.of(name));
    assertThat(registry.asked()).isEmpty();
  }

  @Test
  void sixteenNodesAtOnceAskTheRegistryOnce() throws Exception {
    ExecutorService nodes = Executors.newFixedThreadPool(16);
    try {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        ImageStore node = node("node" + i);
        tasks.add(
            () -> {
              assertHas(node, ImageRequest.of(name));
              return true;
            });
      }
      for (Future<Boolean> each : nodes.invokeAll(tasks)) {
        assertThat(each.get()).isTrue();
      }
    } finally {
      nodes.shutdownNow();
    }
    assertThat(registry.asked()).as("manifest, configuration and layers").hasSize(4);
    assertThat(files("writing")).isEmpty();
    assertThat(files("turns")).isEmpty();
  }

  @Test
  void aDamagedFileIsPulledFromTheRegistryAndReplaced() throws Exception {
    fill();
    byte[] whole = Files.readAllBytes(blob(layer()));
    List<Damage> damages =
        List.of(
            file -> Files.write(file, Arrays.copyOf(whole, whole.length / 2)),
            file -> Files.write(file, FakeRegistry.gzip(new byte[1000])),
            file -> Files.write(file, new byte[0]),
            file -> Files.write(file, new byte[2 * whole.length]),
            file -> {
              byte[] other = whole.clone();
              other[other.length / 2] ^= 1;
              Files.write(file, other);
            },
            Files::delete);
    for (int i = 0; i < damages.size(); i++) {
      registry.asked().clear();
      damages.get(i).to(blob(layer()));
      assertHas(node("damaged" + i), ImageRequest.of(name));
      assertThat(registry.asked()).as("damage %d", i).isNotEmpty();
      assertThat(blob(layer())).hasBinaryContent(whole);
    }
    for (String each : List.of(digest, image.id())) {
      Files.writeString(blob(each), "{}");
      assertThatThrownBy(
              () -> node("n" + each).prepare(ImageRequest.of(name).policy(PullPolicy.NEVER)))
          .isInstanceOf(ImageUnavailableException.class)
          .hasMessageContaining(shared.toString());
      assertHas(node("d" + each.substring(8)), ImageRequest.of(name));
      assertThat(TestImage.sha256(Files.readAllBytes(blob(each)))).isEqualTo(each);
    }
    registry.asked().clear();
    assertHas(node("last"), ImageRequest.of(name));
    assertThat(registry.asked()).isEmpty();
  }

  /** Changes a file. */
  private interface Damage {
    void to(Path file) throws IOException;
  }

  @Test
  void whatWritersThatDiedHaveBegunIsDeletedAfterADay() throws Exception {
    fill();
    Files.delete(blob(layer()));
    Files.delete(blob(digest));
    Path old = Files.writeString(shared.resolve("writing/1-old"), "x");
    Path young =
        Files.writeString(shared.resolve("writing/" + System.currentTimeMillis() + "-y"), "x");

    assertHas(node("second"), ImageRequest.of(name));

    assertThat(old).doesNotExist();
    assertThat(young).exists();
  }

  @Test
  void aStoreThatCannotBeWrittenOrReadIsNoFailure() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "x");
    assertHas(node("first", file + "/store"), ImageRequest.of(name));
    Files.createSymbolicLink(directory.resolve("loop"), directory.resolve("loop"));
    assertHas(node("second", directory + "/loop/store"), ImageRequest.of(name));

    assertThat(registry.asked()).hasSize(8);
  }

  @Test
  void aPlaceThatNothingServesIsOneClearErrorWhenTheRuntimeIsMade() {
    for (String each : List.of("nosuch://host/images", "images", "file:images", "hdfs:///a")) {
      assertThatThrownBy(() -> node("first", each))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("spark.lofn.embedded.store '" + each + "'")
          .hasMessageContaining("Write an absolute path");
    }
  }

  @Test
  void aTreeInTheStoreIsUsedWhereItIs() throws Exception {
    fill();
    Path tree = trees();

    ImageStore second = node("second");
    assertHas(second, ImageRequest.of(name));

    assertThat(second.open(image.id()).root().toRealPath()).isEqualTo(tree.resolve("root"));
    assertThat(registry.asked()).isEmpty();
    // What it leads to goes: the node unpacks the image.
    Files.move(tree, directory.resolve("away"));
    ImageStore restarted = node("second");
    assertHas(restarted, ImageRequest.of(name));
    assertThat(restarted.open(image.id()).root().toRealPath())
        .startsWith(directory.toRealPath().resolve("second"));
  }

  private Path trees() throws IOException {
    Path local = node("first").open(image.id()).root().getParent();
    Path tree = shared.toRealPath().resolve("trees/sha256").resolve(local.getFileName());
    Files.createDirectories(tree.getParent());
    Files.move(local, tree);
    return tree;
  }

  @Test
  void aTreeThatOthersCanChangeIsNotUsed() throws Exception {
    fill();
    Path tree = trees();
    int node = 0;
    // The last of them is above the store: who may write there may put another store in its place.
    List<Path> places = List.of(shared, tree.getParent(), tree, tree.resolve("root"), directory);
    for (Path each : places) {
      var before = Files.getPosixFilePermissions(each);
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxrwxr-x"));
      ImageStore other = node("node" + ++node);
      assertHas(other, ImageRequest.of(name));
      assertThat(other.open(image.id()).root()).as("%s", each).isDirectory();
      assertThat(Files.isSymbolicLink(other.open(image.id()).root())).as("%s", each).isFalse();
      Files.setPosixFilePermissions(each, before);
    }
    ImageStore user = node("user");
    Path used = user.open(user.prepare(ImageRequest.of(name)).id()).root();
    assertThat(Files.isSymbolicLink(used)).isTrue();
    Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("rwxrwxrwx"));
    ImageStore later = node("user");
    assertHas(later, ImageRequest.of(name));
    assertThat(Files.isSymbolicLink(later.open(image.id()).root())).isFalse();
    Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(tree.resolve("config.json"), "{}");
    ImageStore other = node("foreign");
    assertHas(other, ImageRequest.of(name));
    assertThat(Files.isSymbolicLink(other.open(image.id()).root())).isFalse();
    assertThat(registry.asked()).isEmpty();
  }

  private Process start(List<String> command, String output) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve(output).toFile())
        .start();
  }

  private String said(String output) throws IOException {
    return Files.readString(directory.resolve(output));
  }

  @Test
  void sixteenWritersInTwoProcessesMakeOneWholeStore() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (String each : List.of("one", "two")) {
      processes.add(
          start(StoreProgram.share(directory.resolve(each), name, shared, 8), each + ".txt"));
    }
    for (Process each : processes) {
      assertThat(each.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }
    for (String each : List.of("one", "two")) {
      assertThat(said(each + ".txt").lines().filter(line -> line.equals(image.id())))
          .as(said(each + ".txt"))
          .hasSize(8);
    }
    assertThat(registry.asked()).hasSize(4);
    assertThat(files("writing")).isEmpty();
    assertThat(files("turns")).isEmpty();
    assertHas(node("last"), ImageRequest.of(name).policy(PullPolicy.NEVER));
  }

  /** Killed when it has begun to put the layer there, and has not ended it. */
  @Test
  void aNodeThatIsKilledWhileItPutsAnImageThereHoldsUpNobodyForLong() throws Exception {
    byte[] noise = new byte[100 << 20];
    new Random(1).nextBytes(noise);
    TestImage large = TestImage.named("any").layer(tar -> put(tar, "file", noise));
    String layer = registry.push("tools/large", large.layers().get(0), "tar");
    registry.push("tools/large", "1", large, List.of(layer));
    String largeName = registry.host() + "/tools/large:1";
    Process killed =
        start(StoreProgram.share(directory.resolve("killed"), largeName, shared, 1), "killed.txt");
    Path blob = blob(TestImage.sha256(large.layers().get(0)));
    while (files("writing").stream().noneMatch(file -> file.toFile().length() > 1 << 20)
        && killed.isAlive()) {
      Thread.onSpinWait();
    }
    killed.destroyForcibly().waitFor();
    assertThat(files("writing")).as(said("killed.txt")).isNotEmpty();
    assertThat(blob).doesNotExist();
    assertThat(files("turns")).isNotEmpty();

    assertThat(node("second").prepare(ImageRequest.of(largeName)).id()).isEqualTo(large.id());
    registry.asked().clear();
    assertThat(node("third").prepare(ImageRequest.of(largeName)).id()).isEqualTo(large.id());
    assertThat(registry.asked()).isEmpty();
    assertThat(files("turns")).isEmpty();
  }

  private String mounted(String mount, String image, int times) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("unshare", "--map-root-user", "--mount", "sh", "-ec"));
    command.add(
        mount + "; \"$@\"; find " + shared + "/blobs " + shared + "/writing -type f || true");
    command.add("sh");
    command.addAll(StoreProgram.share(directory.resolve("mounted"), image, shared, times));
    Process process = start(command, "mounted.txt");
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return said("mounted.txt");
  }

  @Test
  void aStoreThatExecutorsMayOnlyReadIsReadAndWarnedOfOnce() throws Exception {
    fill();
    TestImage another = image(5);
    registry.push(TOOLS, "another", another);
    String readOnly = "mount --bind %1$s %1$s; mount -o remount,bind,ro %1$s".formatted(shared);

    assertThat(mounted(readOnly, name, 1)).contains(image.id()).doesNotContain("WARN");
    assertThat(registry.asked()).isEmpty();
    String said = mounted(readOnly, registry.host() + "/" + TOOLS + ":another", 1);
    assertThat(said)
        .contains(another.id())
        .contains("cannot be put into the shared store " + shared + " (spark.lofn.embedded.store)")
        .contains("Read-only file system");
    assertThat(said.lines().filter(line -> line.contains("cannot be put"))).hasSize(1);
  }

  @Test
  void aFullStoreIsWarnedOfAndKeepsNoPart() throws Exception {
    Files.createDirectory(shared);

    String said = mounted("mount -t tmpfs -o size=500k none " + shared, name, 1);

    assertThat(said)
        .contains(image.id())
        .contains("cannot be put into the shared store")
        .contains("No space left on device");
    assertThat(said.lines().filter(line -> line.startsWith(shared + "/writing"))).isEmpty();
  }

  /** The kernel stacks three overlays: that of a container would be the third here. */
  @Test
  void aTreeThatNoOverlayCanBeMadeOfIsUnpackedLocally() throws Exception {
    fill();
    Path tree = trees();
    for (Path each : List.of(shared, tree.getParent().getParent(), tree.getParent(), tree)) {
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Path layers = Files.createDirectory(directory.resolve("layers"));
    String overlay = "mount -t overlay -o lowerdir=%s:%s none %s; ";
    String below = overlay.formatted(shared, layers, shared);

    assertThat(mounted("true", name, 1)).contains(image.id()).contains("in place");
    FileTree.delete(directory.resolve("mounted"), Writers.GONE);
    String said = mounted(below + below + "true", name, 1);

    assertThat(said)
        .contains(image.id())
        .doesNotContain("in place")
        .contains("The tree " + tree + " is not used where it is: no container can be made of it: ")
        .contains("make an overlay of")
        .contains("this node unpacks the image");
    assertThat(registry.asked()).isEmpty();
  }
}
