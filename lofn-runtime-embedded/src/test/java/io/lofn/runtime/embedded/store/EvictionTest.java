package io.lofn.runtime.embedded.store;

import static io.lofn.runtime.embedded.store.TestImage.put;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_NORMAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.RuntimeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which images of the store go, when, and which never; other JVMs have brought them. */
@Timeout(120)
class EvictionTest {

  private static final int MEGABYTE = 1 << 20;

  @TempDir private Path directory;
  private Path images;

  @BeforeEach
  void nameTheStore() {
    images = directory.resolve("images");
  }

  private static TestImage image(String name) throws IOException {
    return TestImage.named(name)
        .layer(tar -> put(tar, LF_NORMAL, "file", name + "x".repeat(MEGABYTE)));
  }

  /** Loads an image in a JVM that has ended, and lets its last use be some days ago. */
  private TestImage loaded(String name, int days) throws Exception {
    TestImage image = image(name);
    OtherStore.run(StoreProgram.command(images, image.saveTo(directory.resolve("archive.tar"))));
    age(image, days);
    return image;
  }

  private void age(TestImage image, int days) throws IOException {
    Files.setLastModifiedTime(
        tree(image), FileTime.from(Instant.now().minus(Duration.ofDays(days))));
  }

  private Path tree(TestImage image) {
    return images.resolve("sha256").resolve(TestImage.hex(image.id()));
  }

  private ImageStore store(String maxSize) {
    return TestImage.store(images, Map.of("images.maxSize", maxSize));
  }

  private void load(ImageStore store, TestImage image) throws IOException {
    store.load(image.saveTo(directory.resolve("archive.tar")), Duration.ofMinutes(1));
  }

  @Test
  void theImagesGoWhoseLastUseIsLongestAgo() throws Exception {
    TestImage first = loaded("first:1", 1);
    TestImage second = loaded("second:1", 3);
    TestImage third = loaded("third:1", 2);
    TestImage fresh = image("fresh:1");

    load(store("3500k"), fresh);

    assertThat(tree(second)).doesNotExist();
    assertThat(tree(first)).exists();
    assertThat(tree(third)).exists();
    assertThat(tree(fresh)).exists();
    load(store("2500k"), fresh);
    assertThat(tree(third)).doesNotExist();
    assertThat(tree(first)).exists();
    assertThat(images.resolve("sha256")).isDirectoryNotContaining("glob:**going-*");
  }

  @Test
  void aUseKeepsAnImageFromBeingTheNextToGo() throws Exception {
    TestImage used = loaded("used:1", 3);
    TestImage unused = loaded("unused:1", 2);
    OtherStore.run(StoreProgram.open(images, "used:1"));

    load(store("2500k"), image("fresh:1"));

    assertThat(tree(used)).exists();
    assertThat(tree(unused)).doesNotExist();
  }

  @Test
  void anImageThatAProcessUsesStaysHoweverSmallTheStoreMayBe() throws Exception {
    TestImage mine = loaded("mine:1", 9);
    TestImage theirs = loaded("theirs:1", 8);
    TestImage fresh = image("fresh:1");
    ImageStore store = store("1k");
    store.prepare(ImageRequest.of("mine:1"));
    try (OtherStore other = OtherStore.holding(images, "theirs:1")) {
      age(mine, 9);
      age(theirs, 8);

      load(store, fresh);

      assertThat(tree(mine)).exists();
      assertThat(tree(theirs)).exists();
      assertThat(tree(fresh)).exists();
      assertThat(other.isAlive()).isTrue();
    }
    load(store, fresh);
    assertThat(tree(theirs)).as("its process has ended").doesNotExist();
    assertThat(tree(mine)).as("this process has not").exists();
  }

  /** Two class loaders of an executor: the second must not end the locks of the first. */
  @Test
  void anotherStoreOfTheSameProcessKeepsWhatThisOneUses() throws Exception {
    TestImage mine = loaded("mine:1", 9);
    store("100g").prepare(ImageRequest.of("mine:1"));
    age(mine, 9);
    load(store("1k"), image("fresh:1"));

    OtherStore.run(
        StoreProgram.command(
            images, image("other:1").saveTo(directory.resolve("archive.tar")), "1k"));

    assertThat(tree(mine)).exists();
  }

  /** As programs do that set all system properties anew. */
  @Test
  void aProcessThatHasLostItsSystemPropertiesKeepsWhatItUses() throws Exception {
    TestImage mine = loaded("mine:1", 9);
    store("100g").prepare(ImageRequest.of("mine:1"));
    age(mine, 9);
    for (String each : System.getProperties().stringPropertyNames()) {
      if (each.startsWith(TreeUses.class.getName())) {
        System.clearProperty(each);
      }
    }
    TestImage fresh = image("fresh:1");
    load(store("1k"), fresh);

    OtherStore.run(
        StoreProgram.command(
            images, image("other:1").saveTo(directory.resolve("archive.tar")), "1k"));

    assertThat(tree(mine)).exists();
    assertThat(tree(fresh)).exists();
  }

  @Test
  void anImageThatWentIsNamedAndComesAgain() throws Exception {
    TestImage old = loaded("old:1", 3);
    ImageStore store = store("1k");
    load(store, image("fresh:1"));
    ImageRequest request = ImageRequest.of("old:1").policy(PullPolicy.NEVER);

    assertThat(tree(old)).doesNotExist();
    assertThatThrownBy(() -> store.prepare(request))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("Image old:1 is not on this node")
        .hasMessageContaining("deleted it to make room for others")
        .hasMessageContaining("spark.lofn.embedded.images.maxSize")
        .hasMessageContaining("Set Tool.imageArchive");
    assertThatThrownBy(() -> store.prepare(ImageRequest.of("no:1").policy(PullPolicy.NEVER)))
        .hasMessageContaining("has no image of this name");

    load(store, old);
    assertThat(store.prepare(request).id()).isEqualTo(old.id());
  }

  @Test
  void anImageThatOnlyADigestNamesGoesAfterAWeekWithoutUse() throws Exception {
    try (FakeRegistry registry = new FakeRegistry()) {
      TestImage moved = image("moved");
      TestImage recent = image("recent");
      TestImage tagged = image("tagged");
      String name = registry.host() + "/tools/sort";
      for (TestImage each : List.of(moved, recent)) {
        String digest = registry.push("tools/sort", "1", each);
        OtherStore.run(StoreProgram.pull(images, name + "@" + digest));
      }
      registry.push("tools/sort", "2", tagged);
      OtherStore.run(StoreProgram.pull(images, name + ":2"));
      age(moved, 8);
      age(recent, 6);
      age(tagged, 100);

      load(store("100g"), image("fresh:1"));

      assertThat(tree(moved)).doesNotExist();
      assertThat(tree(recent)).exists();
      assertThat(tree(tagged)).exists();
    }
  }

  @Test
  void whatAKilledProcessHasBegunToDeleteIsNoImageAndGoesWithTheNextLoad() throws Exception {
    TestImage half = loaded("half:1", 1);
    Path going = images.resolve("sha256/going-" + TestImage.hex(half.id()));
    Files.move(tree(half), going);
    Files.delete(going.resolve("root/file"));

    ImageStore store = store("100g");
    assertThatThrownBy(() -> store.prepare(ImageRequest.of("half:1").policy(PullPolicy.NEVER)))
        .isInstanceOf(ImageUnavailableException.class);
    load(store, half);

    assertThat(going).doesNotExist();
    assertThat(store.open(half.id()).root().resolve("file")).isNotEmptyFile();
  }

  @ParameterizedTest
  @ValueSource(strings = {"much", "10", "-1g", ""})
  void aSizeOfAnotherFormIsNamedByItsSetting(String size) {
    assertThatThrownBy(() -> ImageStore.maxSize(RuntimeConfig.of(Map.of("images.maxSize", size))))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("spark.lofn.embedded.images.maxSize is '" + size + "'");
  }

  @Test
  void aTreeThatLiesElsewhereStaysWhereItIsWhenItsImageGoes(@TempDir Path elsewhere)
      throws Exception {
    Path file =
        Files.writeString(Files.createDirectory(elsewhere.resolve("root")).resolve("f"), "x");
    Path store = Files.createDirectory(elsewhere.resolve("store"));
    String hex = "a".repeat(64);
    StoredTrees trees = new StoredTrees(store, id -> true);
    Path image = Files.createDirectories(trees.directory("sha256:" + hex));
    Files.createSymbolicLink(image.resolve("root"), file.getParent());
    StoredTrees.completeLink(image, "{}");
    assertThat(trees.has("sha256:" + hex)).isTrue();
    assertThat(new StoredTrees(store, id -> false).has("sha256:" + hex)).isFalse();
    assertThat(trees.all()).singleElement().matches(tree -> tree.bytes() == 0);

    assertThat(trees.remove("sha256:" + hex)).isTrue();

    assertThat(image).doesNotExist();
    assertThat(file).hasContent("x");
  }
}
