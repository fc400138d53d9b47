package io.lofn.runtime.embedded.store;

import static io.lofn.runtime.embedded.store.TestImage.put;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_DIR;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_LINK;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_NORMAL;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_SYMLINK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lofn.api.PullPolicy;
import io.lofn.files.FileTree;
import io.lofn.files.Writers;
import io.lofn.runtime.embedded.images.Images;
import io.lofn.spi.ImageRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program that lists, verifies and removes images, in a JVM of its own. */
@Timeout(120)
class ImagesProgramTest {

  @TempDir private Path directory;
  private Path images;
  private Path archive;

  /** What the program said. */
  private record Result(int code, String out, String err) {}

  /** Damages the tree of an image. */
  @FunctionalInterface
  private interface Damage {
    void of(Path root) throws IOException;
  }

  @BeforeEach
  void nameTheStore() {
    images = directory.resolve("images");
    archive = directory.resolve("archive.tar");
  }

  private Result run(String... arguments) throws Exception {
    return run(Map.of(), arguments);
  }

  private Result run(Map<String, String> environment, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dspark.lofn.embedded.dir=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                Images.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(directory.resolve("err").toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    int code = process.waitFor();
    return new Result(code, out, Files.readString(directory.resolve("err")));
  }

  private static TestImage image(String name) throws IOException {
    return TestImage.named(name)
        .layer(
            tar -> {
              put(tar, LF_DIR, "d/", "", 0755);
              put(tar, LF_NORMAL, "d/file", name, 0644);
              put(tar, LF_NORMAL, "d/ex\u00e4mple", "x".repeat(5000), 0600);
              put(tar, LF_NORMAL, "d/ex\u00f6mple", "y", 0600);
              put(tar, LF_NORMAL, "d/two  blanks\n", "z", 0600);
              put(tar, LF_NORMAL, "hidden", "h", 0600);
              put(tar, LF_NORMAL, "replaced", "before", 0600);
              put(tar, LF_LINK, "d/hard", "d/file");
              put(tar, LF_LINK, "d/kept", "replaced");
              put(tar, LF_SYMLINK, "d/link", "/d/file");
            })
        .layer(
            tar -> {
              put(tar, LF_NORMAL, ".wh.hidden", "");
              put(tar, LF_NORMAL, "replaced", "after", 0600);
            });
  }

  /** Loads an image in a JVM that has ended. */
  private TestImage loaded(String name) throws Exception {
    TestImage image = image(name);
    OtherStore.run(StoreProgram.command(images, image.saveTo(archive)));
    return image;
  }

  private Path tree(TestImage image) {
    return images.resolve("sha256").resolve(TestImage.hex(image.id()));
  }

  @Test
  void aListHasNamesDigestsSizesTheLastUseAndWhatIsInUse() throws Exception {
    try (FakeRegistry registry = new FakeRegistry()) {
      TestImage pulled = image("pulled");
      String digest = registry.push("tools", "1", pulled);
      OtherStore.run(StoreProgram.pull(images, registry.host() + "/tools:1"));
      TestImage used = loaded("used:1");
      Instant day = Instant.parse("2024-05-06T07:08:09Z");
      Files.setLastModifiedTime(tree(pulled), FileTime.from(day));
      try (OtherStore other = OtherStore.holding(images, "used:1")) {
        Result text = run(Map.of("TZ", "UTC"), "list");
        Result json = run("list", "--json");

        assertThat(text.code()).as(text.err()).isZero();
        List<String> lines = text.out().lines().toList();
        assertThat(lines.get(0)).startsWith("id").contains("last use", "in use", "digest");
        assertThat(lines.get(1))
            .startsWith(used.id().substring(0, 19))
            .contains(" yes ", "docker.io/library/used:1", "MiB");
        assertThat(lines.get(2))
            .startsWith(pulled.id().substring(0, 19))
            .contains(" no ", "2024-05-06 07:08", "/tools:1", digest.substring(0, 19));
        assertThat(lines.get(3)).contains("/tools@" + digest);
        assertThat(lines.get(4)).startsWith("2 images with ").endsWith(" in " + images);
        assertThat(lines).hasSize(5);
        assertThat(other.isAlive()).isTrue();

        JsonNode all = new JsonMapper().readTree(json.out());
        assertThat(all).hasSize(2);
        assertThat(all.at("/1/id").asText()).isEqualTo(pulled.id());
        assertThat(all.at("/1/lastUse").asText()).isEqualTo(day.toString());
        assertThat(all.at("/1/inUse").asBoolean(true)).isFalse();
        assertThat(all.at("/0/inUse").asBoolean(false)).isTrue();
        assertThat(all.at("/1/names/0/name").asText()).isEqualTo(registry.host() + "/tools:1");
        assertThat(all.at("/1/names/0/digest").asText()).isEqualTo(digest);
        // Blocks of files and directories, about; links have none.
        assertThat(all.at("/0/bytes").asLong()).isBetween(7L * 4096, 9L * 4096);
      }
    }
  }

  @Test
  void aNodeWithoutImagesHasAnEmptyListAndNothingIsMade() throws Exception {
    assertThat(run("list").out()).isEqualTo("0 images with 0.0 MiB in %s%n".formatted(images));
    assertThat(run("list", "--json").out().strip()).isEqualTo("[ ]");
    assertThat(run("remove", "--all").code()).isZero();
    assertThat(run("verify").code()).isZero();
    assertThat(images).doesNotExist();
    Result other = run("--dir", directory.resolve("other").toString(), "list");
    assertThat(other.out()).contains(directory.resolve("other/images").toString());
  }

  /** Names that the locale cannot show are told apart, and are the same in another locale. */
  @Test
  void anImageIsAsItWasUnpackedAlsoInAnotherLocale() throws Exception {
    loaded("a:1");
    loaded("b:1");

    Result all = run(Map.of("LC_ALL", "C"), "verify");
    Result one = run(Map.of("LC_ALL", "C.UTF-8"), "verify", "a:1", "--json");

    assertThat(all.code()).as(all.out()).isZero();
    assertThat(all.out().lines())
        .containsExactlyInAnyOrder(
            "docker.io/library/a:1 is as it was unpacked",
            "docker.io/library/b:1 is as it was unpacked");
    JsonNode json = new JsonMapper().readTree(one.out());
    assertThat(json).hasSize(1);
    assertThat(json.at("/0/good").asBoolean(false)).isTrue();
  }

  private void assertDamage(Damage damage, String... found) throws Exception {
    TestImage image = image("a:1");
    TestImage.store(images).load(image.saveTo(archive), Duration.ofMinutes(1));
    damage.of(tree(image).resolve("root"));

    List<String> differences = new StoredTrees(images, id -> false).differences(image.id());

    assertThat(differences).hasSize(found.length);
    for (String each : found) {
      assertThat(differences).anyMatch(line -> line.startsWith(each));
    }
    FileTree.delete(images, Writers.GONE);
  }

  @Test
  void everyKindOfDamageIsFound() throws Exception {
    assertDamage(
        root -> {
          FileTime time = Files.getLastModifiedTime(root.resolve("replaced"));
          Files.writeString(root.resolve("replaced"), "aftex");
          Files.setLastModifiedTime(root.resolve("replaced"), time);
        },
        "/replaced has other content");
    assertDamage(
        root -> {
          FileTime time = Files.getLastModifiedTime(root.resolve("d/file"));
          Files.writeString(root.resolve("d/file"), "");
          Files.setLastModifiedTime(root.resolve("d/file"), time);
        },
        "/d/file was 'file rw-r--r-- 3 ",
        "/d/hard was 'file rw-r--r-- 3 ");
    assertDamage(root -> Files.delete(root.resolve("d/link")), "/d/link is missing");
    assertDamage(root -> Files.writeString(root.resolve("more"), "x"), "/more was not there");
    assertDamage(
        root ->
            Files.setPosixFilePermissions(
                root.resolve("d/kept"), PosixFilePermissions.fromString("rwx------")),
        "/d/kept was 'file rw------- 6 ");
    assertDamage(
        root -> {
          Files.delete(root.resolve("d/link"));
          Files.createSymbolicLink(root.resolve("d/link"), Path.of("/etc"));
        },
        "/d/link was 'link /d/file'");
    assertDamage(
        root -> Files.writeString(root.resolveSibling("config.json"), "{}"),
        "its configuration, config.json");
    assertDamage(
        root -> Files.delete(root.resolveSibling("record")), "the list of its files, record");
    assertDamage(root -> FileTree.delete(root, Writers.GONE), "its files are missing");
  }

  @Test
  void damageOfManyFilesIsCounted() throws Exception {
    TestImage image = loaded("a:1");
    for (int i = 0; i < 13; i++) {
      Files.createDirectory(tree(image).resolve("root/more" + i));
    }

    Result result = run("verify");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out())
        .startsWith("docker.io/library/a:1 is damaged; remove it, and it is pulled or loaded again")
        .contains("  /more");
    assertThat(result.out().lines()).hasSize(12).last().isEqualTo("  and 3 more");
  }

  @Test
  void anImageIsRemovedByNameOrIdWithAllThatBelongsToIt() throws Exception {
    List<TestImage> all = List.of(loaded("a:1"), loaded("b:1"), loaded("c:1"), loaded("d:1"));

    Result result =
        run(
            "remove",
            "a:1",
            "docker.io/library/b:1",
            all.get(2).id(),
            TestImage.hex(all.get(3).id()).substring(0, 12));

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out().lines()).hasSize(4).allMatch(line -> line.startsWith("Removed docker"));
    assertThat(images.resolve("sha256")).isEmptyDirectory();
    assertThat(images.resolve("names")).isEmptyDirectory();
    ImageStore store = TestImage.store(images);
    assertThatThrownBy(() -> store.prepare(ImageRequest.of("a:1").policy(PullPolicy.NEVER)))
        .hasMessageContaining("has no image of this name");
    store.load(all.get(0).saveTo(archive), Duration.ofMinutes(1));
    assertThat(store.prepare(ImageRequest.of("a:1")).id()).isEqualTo(all.get(0).id());
  }

  @Test
  void anImageInUseIsNotRemovedUntilItsProcessHasEnded() throws Exception {
    TestImage used = loaded("used:1");
    TestImage other = loaded("other:1");
    try (OtherStore holder = OtherStore.holding(images, "used:1")) {
      Result refused = run("remove", "used:1");
      Result unused = run("remove", "--unused");
      Result all = run("remove", "--all", "--json");

      assertThat(refused.code()).isEqualTo(1);
      assertThat(refused.err())
          .contains("image docker.io/library/used:1 is in use: end the applications");
      assertThat(unused.code()).isZero();
      assertThat(unused.out()).startsWith("Removed docker.io/library/other:1");
      assertThat(all.code()).isEqualTo(1);
      assertThat(new JsonMapper().readTree(all.out()).at("/0/removed").asBoolean(true)).isFalse();
      assertThat(holder.isAlive()).isTrue();
      assertThat(tree(used).resolve("root/d/file")).exists();
      assertThat(tree(other)).doesNotExist();
    }
    assertThat(run("remove", "used:1").code()).isZero();
    assertThat(tree(used)).doesNotExist();
  }

  @Test
  void removingAllLeavesNoLayersAndNothingThatWasBegun() throws Exception {
    loaded("a:1");
    Files.createDirectories(images.resolve("pulls/layout/blobs"));
    Files.createDirectories(images.resolve("begun/x"));
    Files.createDirectories(images.resolve("sha256/going-x"));

    Result result = run("remove", "--all");

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(images.resolve("sha256")).isEmptyDirectory();
    assertThat(images.resolve("pulls/layout")).doesNotExist();
    assertThat(images.resolve("begun")).doesNotExist();
  }

  @Test
  void whatCannotBeDoneIsNamed() throws Exception {
    loaded("a:1");
    Result unknown = run("verify", "no:1", "a:1");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err()).contains(images + " has no image no:1; 'list' shows what it has");
    assertThat(unknown.out()).contains("a:1 is as it was unpacked");

    Result wrong = run("prune");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("unknown command prune", "Usage: spark-submit --class");
    assertThat(run("--help").out())
        .startsWith("Usage: spark-submit --class " + Images.class.getName());

    Files.setPosixFilePermissions(images, PosixFilePermissions.fromString("rwxrwxrwx"));
    Result open = run("list");
    assertThat(open.code()).isEqualTo(1);
    assertThat(open.err()).contains("is open to other users");
  }
}
