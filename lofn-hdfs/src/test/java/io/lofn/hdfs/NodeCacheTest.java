package io.lofn.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.StagingException;
import io.lofn.spi.StagedVolume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeCacheTest {

  private static final long MAX = 100;

  @TempDir private Path directory;
  private final List<String> made = new ArrayList<>();
  private long free = 1L << 40;
  private NodeCache cache;

  @BeforeEach
  void createCache() throws IOException {
    cache = cacheOf(MAX);
  }

  private NodeCache cacheOf(long maxBytes) throws IOException {
    return new NodeCache(directory, new CacheSpace(directory, maxBytes, path -> free));
  }

  @Test
  void whatWasUsedLeastRecentlyGoesFirst() throws Exception {
    Path a = use("a", 40);
    Path b = use("b", 40);
    use("a", 40);
    Path c = use("c", 40);

    assertThat(a).exists();
    assertThat(b).doesNotExist();
    assertThat(c).exists();
    assertThat(made).containsExactly("a", "b", "c");
    assertThat(names()).doesNotContain("b").noneMatch(name -> name.startsWith("discarded"));
  }

  @Test
  void theEndOfAUseCountsAndNotItsBeginning() throws Exception {
    StagedVolume a = get("a", 40);
    Path b = use("b", 40);
    a.close();
    use("c", 40);

    assertThat(a.path()).exists();
    assertThat(b).doesNotExist();
  }

  @Test
  void whatIsInUseNeverGoes() throws Exception {
    StagedVolume a = get("a", 40);
    StagedVolume again = get("a", 40);
    assertThat(a.wasCached()).isFalse();
    assertThat(again.wasCached()).isTrue();
    StagedVolume b = get("b", 40);
    a.close();
    a.close();

    assertThatThrownBy(() -> get("c", 40))
        .isInstanceOf(StagingException.class)
        .hasMessageContaining("volume c needs 40 bytes")
        .hasMessageContaining("in use there take 80 of the 100")
        .hasMessageContaining("spark.lofn.volumes.maxSize");
    assertThat(again.path()).exists();
    assertThat(b.path()).exists();

    again.close();
    use("c", 40);
    assertThat(again.path()).doesNotExist();
    b.close();
  }

  @Test
  void whatIsLargerThanAllIsRefusedAndNothingGoesForIt() throws Exception {
    Path a = use("a", 40);

    assertThatThrownBy(() -> get("b", 101))
        .isInstanceOf(StagingException.class)
        .hasMessageContaining("volume b needs at least 101 bytes")
        .hasMessageContaining("spark.lofn.volumes.maxSize allows 100");
    assertThat(a).exists();
    assertThat(names()).doesNotContain("b");
  }

  @Test
  void aFullDiskIsToldBeforeAnythingIsWritten() {
    free = 39;

    assertThatThrownBy(() -> get("a", 40))
        .isInstanceOf(StagingException.class)
        .hasMessageContaining("volume a needs 40 bytes")
        .hasMessageContaining(directory + " has 39 bytes free")
        .hasMessageContaining("spark.lofn.volumes.dir");
    assertThat(made).isEmpty();
    assertThat(names()).containsExactly("lock");
  }

  @Test
  void unusedCopiesMakeRoomOnAFullDisk() throws Exception {
    Path a = use("a", 40);
    free = 10;
    use("b", 40);

    assertThat(a).doesNotExist();
  }

  @Test
  void aCopyThatGrowsAsksForRoomAndIsRefusedAtTheEnd() throws Exception {
    Path a = use("a", 40);

    assertThatThrownBy(
            () ->
                cache.get(
                    "b",
                    "b",
                    10,
                    (target, growth) -> {
                      growth.upTo(60);
                      Files.write(target, new byte[60]);
                      assertThat(a).doesNotExist();
                      growth.upTo(101);
                    }))
        .isInstanceOf(StagingException.class)
        .hasMessageContaining("spark.lofn.volumes.maxSize allows 100");
    assertThat(names()).containsExactly("lock");
  }

  @Test
  void whatAFailedMakerWroteIsGone() {
    assertThatThrownBy(
            () ->
                cache.get(
                    "a",
                    "a",
                    10,
                    (target, growth) -> {
                      Files.createDirectories(target.resolve("half"));
                      throw new IOException("the network");
                    }))
        .hasMessage("the network");
    assertThat(names()).containsExactly("lock");
  }

  @Test
  void whatADeadMakerLeftIsNeverTakenForACopy() throws Exception {
    Path entry = Files.createDirectory(directory.resolve("a"));
    Files.writeString(entry.resolve("copy-1-1-x"), "40");
    Files.writeString(entry.resolve("incomplete-x"), "half");
    Files.writeString(entry.resolve("data"), "half");

    try (StagedVolume a = get("a", 40)) {
      assertThat(a.path()).hasSize(40);
    }
    assertThat(made).containsExactly("a");
    try (Stream<Path> left = Files.list(entry)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("complete", "data");
    }
  }

  @Test
  void theUseOfADeadProcessDoesNotCount() throws Exception {
    Path a = use("a", 80);
    Files.writeString(a.resolveSibling("use-1-1-x"), "0");
    use("b", 80);

    assertThat(a).doesNotExist();
  }

  @Test
  void copiesOfDifferentSourcesAreMadeAtTheSameTime() throws Exception {
    CountDownLatch second = new CountDownLatch(1);
    CompletableFuture<StagedVolume> first =
        CompletableFuture.supplyAsync(
            () ->
                unchecked(
                    "a",
                    (target, growth) -> {
                      await(second);
                      Files.write(target, new byte[10]);
                    }));
    try (StagedVolume b = get("b", 10)) {
      assertThat(b.path()).exists();
    }
    second.countDown();
    first.get(1, TimeUnit.MINUTES).close();
  }

  @Test
  void twoCachesOfOneProcessAreOneCache() throws Exception {
    NodeCache other = cacheOf(MAX);
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<StagedVolume> maker =
        CompletableFuture.supplyAsync(
            () ->
                unchecked(
                    "a",
                    (target, growth) -> {
                      begun.countDown();
                      Files.write(target, new byte[10]);
                    }));
    await(begun);
    try (StagedVolume mine = maker.get(1, TimeUnit.MINUTES);
        StagedVolume others =
            other.get("a", "a", 10, (target, growth) -> made.add("a second time"))) {
      assertThat(others.path()).isEqualTo(mine.path());
      assertThatThrownBy(() -> other.get("b", "b", 95, (target, growth) -> made.add("b")))
          .hasMessageContaining("in use");
    }
    assertThat(made).isEmpty();
  }

  private StagedVolume unchecked(String key, NodeCache.Maker maker) {
    try {
      return cache.get(key, key, 10, maker);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private Path use(String key, int bytes) throws Exception {
    try (StagedVolume volume = get(key, bytes)) {
      assertThat(volume.path()).hasSize(bytes);
      return volume.path();
    }
  }

  private StagedVolume get(String key, int bytes) throws IOException, InterruptedException {
    return cache.get(
        key,
        key,
        bytes,
        (target, growth) -> {
          made.add(key);
          Files.write(target, new byte[bytes]);
        });
  }

  private List<String> names() {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
