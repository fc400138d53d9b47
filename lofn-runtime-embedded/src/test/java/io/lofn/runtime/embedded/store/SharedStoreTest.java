package io.lofn.runtime.embedded.store;

import static io.lofn.runtime.embedded.store.TestImage.put;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_NORMAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.files.NodeLock;
import io.lofn.spi.ImageRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests stores that several tasks and processes use at once, and that processes leave half-way. */
@Timeout(300)
class SharedStoreTest {

  private static final int FILES = 3000;

  @TempDir private Path directory;
  private Path images;
  private ImageStore store;
  private TestImage image;
  private Path archive;

  @BeforeEach
  void makeAnImage() throws Exception {
    images = directory.resolve("images");
    store = TestImage.store(images);
    image =
        TestImage.named("a:1")
            .layer(
                tar -> {
                  for (int i = 0; i < FILES; i++) {
                    put(tar, LF_NORMAL, "d" + i % 10 + "/" + i, "x" + i);
                  }
                });
    archive = image.saveTo(directory.resolve("archive.tar"));
  }

  private void assertWhole() throws IOException {
    Path root = store.open(store.prepare(ImageRequest.of("a:1")).id()).root();
    try (Stream<Path> files = Files.walk(root)) {
      assertThat(files.filter(Files::isRegularFile)).hasSize(FILES);
    }
    assertThat(images.resolve("begun")).doesNotExist();
  }

  private Process start(Path of) throws IOException {
    return new ProcessBuilder(StoreProgram.command(images, of))
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("output").toFile())
        .start();
  }

  private String said() throws IOException {
    return Files.readString(directory.resolve("output"));
  }

  @Test
  void sixteenTasksAtOnceUnpackAnImageOnce() throws Exception {
    ExecutorService tasks = Executors.newFixedThreadPool(16);
    CountDownLatch ready = new CountDownLatch(16);
    try {
      List<Future<Object>> inodes = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        Callable<Object> task =
            () -> {
              ready.countDown();
              assertThat(ready.await(1, TimeUnit.MINUTES)).isTrue();
              TestImage.store(images).load(archive, Duration.ofMinutes(4));
              return Files.getAttribute(store.open(image.id()).root(), "unix:ino");
            };
        inodes.add(tasks.submit(task));
      }
      List<Object> found = new ArrayList<>();
      for (Future<Object> each : inodes) {
        found.add(each.get());
      }
      assertThat(found).hasSize(16).containsOnly(found.get(0));
    } finally {
      tasks.shutdownNow();
    }
    assertWhole();
  }

  @Test
  void twoExecutorsAtOnceUnpackAnImageOnce() throws Exception {
    List<Process> executors = List.of(start(archive), start(archive));
    for (Process each : executors) {
      assertThat(each.waitFor(4, TimeUnit.MINUTES)).isTrue();
      assertThat(each.exitValue()).isZero();
    }
    assertThat(said()).isEmpty();
    assertWhole();
  }

  /** The layer with zeros after its last entry, which a reader must read, for a long time. */
  private static byte[] endless(byte[] layer) throws IOException {
    ByteArrayOutputStream member = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(member)) {
      gzip.write(new byte[64 << 20]);
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(all)) {
      gzip.write(layer);
    }
    for (int i = 0; i < 200; i++) {
      member.writeTo(all);
    }
    return all.toByteArray();
  }

  /** The process is killed when it has begun the tree, and has not ended it. */
  @Test
  void whatAKilledExecutorLeavesIsDeletedByTheNext() throws Exception {
    TestImage slow = image.withOther(endless(image.layers().get(0)));
    Process killed = start(slow.saveTo(directory.resolve("slow.tar")));
    Path begun = images.resolve("begun").resolve(TestImage.hex(image.id())).resolve("root");
    while (!Files.exists(begun.resolve("d5")) && killed.isAlive()) {
      Thread.onSpinWait();
    }
    assertThat(killed.isAlive()).as(said()).isTrue();
    killed.destroyForcibly().waitFor();
    assertThat(begun).isDirectory();
    assertThatThrownBy(() -> store.prepare(ImageRequest.of("a:1").policy(PullPolicy.NEVER)))
        .isInstanceOf(ImageUnavailableException.class);

    store.load(archive, Duration.ofMinutes(4));

    assertWhole();
  }

  /** Such as a mount point, or a file that another node holds open on NFS. */
  @Test
  void whatCannotBeDeletedOfAnotherLoadFailsNoLoad() throws Exception {
    Path stuck = Files.createDirectories(images.resolve("begun/old/mounted"));
    Files.setPosixFilePermissions(images, PosixFilePermissions.fromString("rwx------"));
    List<String> command =
        new ArrayList<>(List.of("unshare", "--map-root-user", "--mount", "sh", "-ec"));
    command.add("mount -t tmpfs none %s; \"$@\"".formatted(stuck));
    command.add("sh");
    command.addAll(StoreProgram.command(images, archive));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();

    assertThat(output).doesNotContain("cannot be loaded");
    assertThat(images.resolve("begun")).isNotEmptyDirectory();
    assertThat(store.prepare(ImageRequest.of("a:1")).id()).isEqualTo(image.id());
    store.load(archive, Duration.ofMinutes(4));
    assertWhole();
  }

  @Test
  void aTaskThatWaitsForAnotherGivesUpAtItsDeadlineOrWhenItIsInterrupted() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Files.createDirectory(images);
    Thread holder =
        new Thread(
            () -> {
              try {
                new NodeLock(images)
                    .with(
                        Long.MAX_VALUE / 2 + System.nanoTime(),
                        IOException::new,
                        () -> {
                          held.countDown();
                          awaitQuietly(end);
                          return true;
                        });
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            },
            "the-holder");
    Files.setPosixFilePermissions(images, PosixFilePermissions.fromString("rwx------"));
    holder.start();
    held.await();

    assertThatThrownBy(() -> store.load(archive, Duration.ofMillis(50)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("the-holder");
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> store.load(archive, Duration.ofMinutes(4)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("Interrupted");
    assertThat(Thread.interrupted()).isTrue();

    end.countDown();
    holder.join();
    store.load(archive, Duration.ofMinutes(4));
    assertWhole();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void anImageThatLosesItsNameIsDeletedUnlessItIsUsed() throws Exception {
    Process other = start(archive);
    assertThat(other.waitFor(4, TimeUnit.MINUTES)).isTrue();
    TestImage newer = TestImage.named("a:1").layer(tar -> put(tar, LF_NORMAL, "newer", "x"));
    TestImage newest = TestImage.named("a:1").layer(tar -> put(tar, LF_NORMAL, "newest", "x"));

    store.load(newer.saveTo(archive), Duration.ofMinutes(4));
    assertThatThrownBy(() -> store.open(image.id())).isInstanceOf(ImageUnavailableException.class);
    UnpackedRoot used = store.open(newer.id());
    Process process = start(newest.saveTo(archive));
    assertThat(process.waitFor(4, TimeUnit.MINUTES)).isTrue();

    assertThat(said()).isEmpty();
    assertThat(store.prepare(ImageRequest.of("a:1")).id()).isEqualTo(newest.id());
    assertThat(used.root().resolve("newer")).hasContent("x");
  }

  /** In a mount namespace with a small disk; also in a user namespace where the test is no root. */
  @Test
  void aFullDiskIsNamedAndNothingIsLeftOnIt() throws Exception {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    TestImage large =
        TestImage.named("large:1")
            .layer(
                tar -> {
                  for (int i = 0; i < 40; i++) {
                    put(tar, LF_NORMAL, "f" + i, "x".repeat(1 << 20));
                  }
                });
    large.saveTo(archive);
    images = disk.resolve("images");
    List<String> java = StoreProgram.command(images, archive);
    String script =
        "mount -t tmpfs -o size=%s none %s; shift 0; \"$@\"; find %s | wc -l; df --output=used %s";
    for (String size : List.of("30m", "30m,nr_inodes=20")) {
      List<String> command =
          new ArrayList<>(List.of("unshare", "--map-root-user", "--mount", "sh", "-ec"));
      command.add(script.formatted(size, disk, images, disk));
      command.add("sh");
      command.addAll(java);
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("output").toFile())
              .start();
      assertThat(process.waitFor(4, TimeUnit.MINUTES)).isTrue();
      assertThat(said())
          .contains("free space")
          .contains("set spark.lofn.embedded.dir to a directory on a larger disk");
      // The directory, its lock, the empty directory of trees, and that of uses with one lock.
      assertThat(said().lines().skip(1).findFirst().orElseThrow().strip()).isEqualTo("5");
    }
  }

  @Test
  void aDirectoryOfSomebodyElseOrALinkIsRefused() throws Exception {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Files.createSymbolicLink(images, elsewhere);
    assertRefused("is a symbolic link");
    Files.delete(images);

    Files.createDirectory(images);
    Files.setPosixFilePermissions(images, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertRefused("is open to other users");
    assertThat(elsewhere).isEmptyDirectory();
    assertThat(images).isEmptyDirectory();
  }

  private void assertRefused(String why) {
    assertThatThrownBy(() -> store.load(archive, Duration.ofMinutes(4)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(why)
        .hasMessageContaining("spark.lofn.embedded.dir");
    assertThatThrownBy(() -> store.prepare(ImageRequest.of("a:1")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(why);
  }
}
