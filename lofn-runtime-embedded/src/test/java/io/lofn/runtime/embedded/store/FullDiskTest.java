package io.lofn.runtime.embedded.store;

import static io.lofn.runtime.embedded.store.TestImage.put;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Disks that are full of images that nobody uses, or of others; and what the next attempt does. */
@Timeout(200)
class FullDiskTest {

  private static final int MEGABYTE = 1 << 20;
  private static final String LARGER =
      "set spark.lofn.embedded.dir to a directory on a larger disk";

  @TempDir private Path directory;
  private Path disk;
  private Path images;

  @BeforeEach
  void makeADirectory() throws Exception {
    disk = Files.createDirectory(directory.resolve("disk"));
    images = disk.resolve("images");
  }

  /** Files of a megabyte, which no compression makes smaller. */
  private static TestImage image(String name, int megabytes) throws IOException {
    Random random = new Random(name.hashCode());
    return TestImage.named(name).layer(tar(megabytes, random)).layer(tar(1, random));
  }

  private static byte[] tar(int megabytes, Random random) throws IOException {
    return TestImage.tar(
        tar -> {
          byte[] content = new byte[MEGABYTE];
          for (int i = 0; i < megabytes; i++) {
            random.nextBytes(content);
            put(tar, "f" + megabytes + "-" + i, content);
          }
        });
  }

  private Path archive(TestImage image) throws IOException {
    return image.saveTo(directory.resolve(TestImage.hex(image.id()) + ".tar"));
  }

  private String aged(TestImage image, int days) {
    return "touch -d '%d days ago' '%s/sha256/%s'"
        .formatted(days, images, TestImage.hex(image.id()));
  }

  private String listing() {
    return "echo; ls '%s'; ls '%s/sha256'; find '%s' -name 'f60*' | wc -l"
        .formatted(images, images, images);
  }

  private static String output(Process process) throws Exception {
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  @Test
  void aLoadDeletesAsManyUnusedImagesAsItNeedsTheOldestFirst() throws Exception {
    TestImage recent = image("recent:1", 19);
    TestImage old = image("old:1", 19);
    TestImage large = image("large:1", 60);

    String said =
        output(
            new SmallDisk(disk, "size=104m")
                .then(StoreProgram.command(images, archive(recent)))
                .then(StoreProgram.command(images, archive(old)))
                .then(aged(recent, 1))
                .then(aged(old, 2))
                .then(StoreProgram.command(images, archive(large)))
                .then(listing())
                .start());

    assertThat(said)
        .doesNotContain("cannot be loaded")
        .contains(TestImage.hex(large.id()), TestImage.hex(recent.id()))
        .doesNotContain(TestImage.hex(old.id()))
        .endsWith("\n60\n");
  }

  /** Many small images, of which one after the other would be too slow. */
  @Test
  void aLoadWithoutInodesDeletesTwiceAsManyImagesInEachAttempt() throws Exception {
    SmallDisk small = new SmallDisk(disk, "size=200m,nr_inodes=130");
    for (int i = 0; i < 6; i++) {
      TestImage each = image("small%d:1".formatted(i), 7);
      small.then(StoreProgram.command(images, archive(each))).then(aged(each, 9 - i));
    }
    TestImage large = image("large:1", 60);

    String said =
        output(small.then(StoreProgram.command(images, archive(large))).then(listing()).start());

    assertThat(said).doesNotContain("cannot be loaded").endsWith("\n60\n");
    assertThat(said.lines().filter(line -> line.matches("[0-9a-f]{64}"))).hasSizeBetween(2, 6);
  }

  @Test
  void aLoadThatHasNoRoomBesideTheImagesInUseNamesWhatItNeedsAndTheNextOneWorks() throws Exception {
    TestImage used = image("used:1", 19);
    TestImage large = image("large:1", 60);
    Path archive = archive(large);

    String said =
        output(
            new SmallDisk(disk, "size=84m")
                .then(StoreProgram.command(images, archive(used)))
                .inBackground(StoreProgram.hold(images, "used:1"))
                .then(StoreProgram.command(images, archive))
                .then(listing())
                .then("kill $!; wait $! || true")
                .then(StoreProgram.command(images, archive))
                .then(listing())
                .start());

    String[] parts = said.split("\n\n", -1);
    assertThat(parts[0].lines()).hasSize(1);
    assertThat(parts[0])
        .contains("Archive %s cannot be loaded into %s".formatted(archive, images))
        .contains("image [large:1]")
        .containsPattern("'f60-[0-9]+' needs 1048576 bytes, but the disk of the images has [0-9]+")
        .contains(LARGER);
    assertThat(parts[1])
        .contains(TestImage.hex(used.id()))
        .doesNotContain(TestImage.hex(large.id()), "begun")
        .endsWith("\n0");
    assertThat(parts[2])
        .contains(TestImage.hex(large.id()))
        .doesNotContain(TestImage.hex(used.id()))
        .endsWith("\n60\n");
  }

  /** Fills the disk of a process to its last byte. */
  private void fill(Process process) throws IOException {
    Path filler = Path.of("/proc/%d/root%s/filler".formatted(process.pid(), disk));
    byte[] block = new byte[1 << 12];
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }

  /** Gives the half of a layer, fills the disk when some of it is there, and gives the rest. */
  private boolean fillAmid(
      HttpExchange exchange,
      FakeRegistry registry,
      String layer,
      CompletableFuture<Process> process)
      throws IOException {
    if (registry.asked("manifests").size() > 1
        || !exchange.getRequestURI().getPath().endsWith(layer)) {
      return false;
    }
    byte[] all = registry.blob("tools", layer);
    FakeRegistry.breakOff(exchange, all.length, Arrays.copyOf(all, all.length / 2));
    Path begun =
        Path.of(
            "/proc/%d/root%s/pulls/layout/begun/%s"
                .formatted(process.join().pid(), images, layer.replace(':', '-')));
    while (!Files.exists(begun) || Files.size(begun) == 0) {
      Thread.onSpinWait();
    }
    fill(process.join());
    exchange.getResponseBody().write(all, all.length / 2, all.length - all.length / 2);
    return true;
  }

  private static String firstLayer(TestImage image) throws IOException {
    return TestImage.sha256(FakeRegistry.gzip(image.layers().get(0)));
  }

  @Test
  void aDiskThatBecomesFullInTheMiddleOfALayerIsClearedAndThePullGoesOn() throws Exception {
    TestImage old = image("old:1", 60);
    TestImage pulled = image("any", 20);
    String layer = firstLayer(pulled);
    CompletableFuture<Process> process = new CompletableFuture<>();
    try (FakeRegistry registry = new FakeRegistry()) {
      registry.push("tools", "1", pulled);
      registry.first(exchange -> fillAmid(exchange, registry, layer, process));

      process.complete(
          new SmallDisk(disk, "size=160m")
              .then(StoreProgram.command(images, archive(old)))
              .last(StoreProgram.pull(images, registry.host() + "/tools:1"))
              .start());

      assertThat(output(process.join()).strip()).isEqualTo(pulled.id());
      assertThat(registry.asked("manifests")).as("attempts").hasSize(2);
      assertThat(registry.asked("blobs"))
          .filteredOn(each -> each.path().endsWith(layer))
          .extracting(each -> each.header("Range"))
          .as("what came is used")
          .anyMatch(range -> range.startsWith("bytes="));
    }
  }

  @Test
  void aPullWithoutRoomNamesItsImageAndTheDirectoryAndTheNextOneWorks() throws Exception {
    TestImage pulled = image("any", 20);
    CompletableFuture<Process> process = new CompletableFuture<>();
    try (FakeRegistry registry = new FakeRegistry()) {
      registry.push("tools", "1", pulled);
      String name = registry.host() + "/tools:1";
      String layer = firstLayer(pulled);
      registry.first(exchange -> fillAmid(exchange, registry, layer, process));

      process.complete(
          new SmallDisk(disk, "size=160m")
              .then(StoreProgram.pull(images, name))
              .then("rm '%s/filler'; find '%s'; echo".formatted(disk, images))
              .last(StoreProgram.pull(images, name))
              .start());

      String[] parts = output(process.join()).split("\n\n", -1);
      assertThat(parts[0].lines().findFirst().orElseThrow())
          .startsWith("Image %s cannot be pulled into %s: ".formatted(name, images))
          .contains("No space left", LARGER);
      assertThat(parts[0].lines().skip(1))
          .as("what is left")
          .allMatch(
              line ->
                  line.matches(".*/images(/(lock|uses(/[0-9a-f]{64})?|sha256|pulls|pulls/lock))?"));
      assertThat(parts[1].strip()).isEqualTo(pulled.id());
    }
  }

  /** Layers of another image, which a pull has left that was killed. */
  @Test
  void layersThatEarlierPullsHaveLeftGoIfThereIsNoOtherRoom() throws Exception {
    TestImage pulled = image("any", 20);
    try (FakeRegistry registry = new FakeRegistry()) {
      registry.push("tools", "1", pulled);
      Path left = images.resolve("pulls/layout/blobs/sha256");

      String said =
          output(
              new SmallDisk(disk, "size=84m")
                  .then("mkdir -p '%s'; chmod 700 '%s'".formatted(left, images))
                  .then("head -c %d /dev/zero > '%s/%s'".formatted(40 << 20, left, "0".repeat(64)))
                  .then(StoreProgram.pull(images, registry.host() + "/tools:1"))
                  .then("find '%s'".formatted(images.resolve("pulls")))
                  .start());

      assertThat(said.lines().findFirst()).contains(pulled.id());
      assertThat(said).doesNotContain("layout");
    }
  }
}
