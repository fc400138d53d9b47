package io.lofn.runtime.embedded.store;

import static io.lofn.runtime.embedded.store.TestImage.put;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_BLK;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_CHR;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_CONTIG;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_DIR;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_FIFO;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_LINK;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_NORMAL;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_SYMLINK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests layers that try to reach files of the node, or more memory or disk than is there. */
@Timeout(300)
class HostileTarTest {

  private static final String SECRET = "secret of the node";

  @TempDir private Path directory;
  private Path outside;
  private ImageStore store;

  @BeforeEach
  void makeANode() throws IOException {
    store = TestImage.store(directory.resolve("images"));
    outside = Files.createDirectory(directory.resolve("outside"));
    Files.writeString(outside.resolve("secret"), SECRET);
    Files.createDirectory(outside.resolve("d"));
  }

  /** One entry; its text is the content of a file, or the target of a link. */
  private record Attack(String what, byte type, String name, String text) {
    @Override
    public String toString() {
      return what;
    }
  }

  private static Attack hardLink(String what, String target) {
    return new Attack("a hard link " + what, LF_LINK, "stolen", target);
  }

  private static Attack whiteout(String what, String name) {
    return new Attack("a whiteout " + what, LF_NORMAL, name, "");
  }

  static Stream<Attack> attacks() {
    return Stream.of(
        new Attack("a file that climbs", LF_NORMAL, "../../../../outside/file", "x"),
        new Attack("a file that climbs in the middle", LF_NORMAL, "d/../../x/file", "x"),
        new Attack("a directory that climbs", LF_DIR, "../new/", ""),
        new Attack("a directory that is the one above", LF_DIR, "..", ""),
        new Attack("a link that climbs", LF_SYMLINK, "../link", "/"),
        new Attack("a file through an absolute link", LF_NORMAL, "way/file", "x"),
        new Attack("a file of the node through a link", LF_NORMAL, "way/secret", "x"),
        new Attack("a file through two links", LF_NORMAL, "further/file", "x"),
        new Attack("a file through a link to itself", LF_NORMAL, "loop/file", "x"),
        new Attack("a file through a link to a file", LF_NORMAL, "to-file/file", "x"),
        new Attack("a file in a file", LF_NORMAL, "f/file", "x"),
        new Attack("a directory through a link", LF_DIR, "way/new/", ""),
        new Attack("a link through a link", LF_SYMLINK, "way/link", "/"),
        new Attack("a hard link made through a link", LF_LINK, "way/hard", "f"),
        new Attack("a hard link in place of what contains its target", LF_LINK, "full", "full/f"),
        hardLink("to a path of the node", "OUTSIDE/secret"),
        hardLink("through a link", "way/secret"),
        hardLink("through a link, by a name with more to it", ".//way/./secret"),
        hardLink("that climbs", "../../../../outside/secret"),
        hardLink("that climbs in the middle", "d/../../../../outside/secret"),
        hardLink("to the image", "."),
        hardLink("to a directory", "d"),
        hardLink("to nothing", "nothing"),
        hardLink("to an empty name", ""),
        whiteout("of the directory above", ".wh..."),
        whiteout("of the directory above, further down", "d/.wh..."),
        whiteout("of the directory itself", "d/.wh.."),
        whiteout("of nothing", "d/.wh."),
        whiteout("that climbs", "d/../../.wh.names"),
        new Attack("a name with more parts than a path may have", LF_DIR, "a/".repeat(5000), ""),
        new Attack("a name that is too long", LF_NORMAL, "a".repeat(300), ""),
        new Attack("a file with a NUL in its link", LF_SYMLINK, "link", ""));
  }

  @ParameterizedTest
  @MethodSource("attacks")
  void isRefusedAndTheNodeIsLeftAlone(Attack attack) throws Exception {
    String text = attack.text().replace("OUTSIDE", outside.toString());

    assertThatThrownBy(() -> load(this::ways, tar -> put(tar, attack.type(), attack.name(), text)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("evil.tar");

    assertNodeUntouched();
    assertThat(directory.resolve("images/sha256")).isEmptyDirectory();
    assertThat(directory.resolve("images/begun")).doesNotExist();
  }

  @Test
  void absoluteNamesAndLinksLeadInsideTheImage() throws Exception {
    String inside = outside.toString().substring(1);
    Path root =
        load(
            this::ways,
            tar -> {
              put(tar, LF_NORMAL, outside + "/secret", "of the image");
              put(tar, LF_NORMAL, "way/file", "1");
              put(tar, LF_NORMAL, "further/new/file", "2");
              put(tar, LF_LINK, "hard", "/way/secret");
              put(tar, LF_SYMLINK, "climbing", "../../../../../" + inside);
              put(tar, LF_NORMAL, "climbing/again", "3");
              put(tar, LF_NORMAL, "up/outside/file", "4");
            });

    assertNodeUntouched();
    Path there = root.resolve(inside);
    assertThat(there.resolve("secret")).hasContent("of the image");
    assertThat(there.resolve("file")).hasContent("1");
    assertThat(there.resolve("new/file")).hasContent("2");
    assertThat(there.resolve("again")).hasContent("3");
    assertThat(root.resolve("hard")).hasContent("of the image");
    assertThat(root.resolve("outside/file")).hasContent("4");
  }

  @Test
  void whiteoutsThroughLinksDeleteNothingOfTheNode() throws Exception {
    Path root =
        load(
            this::ways,
            tar -> {
              put(tar, LF_NORMAL, "way/.wh.secret", "");
              put(tar, LF_NORMAL, "way/d/.wh..wh..opq", "");
              put(tar, LF_NORMAL, "way/.wh..wh..opq", "");
              put(tar, LF_NORMAL, "up/.wh.outside", "");
              put(tar, LF_NORMAL, ".wh.further", "");
            });

    assertNodeUntouched();
    assertThat(root.resolve("f")).hasContent("file");
    assertThat(Files.exists(root.resolve("further"), LinkOption.NOFOLLOW_LINKS)).isFalse();
    assertThat(Files.isSymbolicLink(root.resolve("way"))).isTrue();
  }

  @Test
  void aNameThatIsALinkAndADirectoryIsTheLaterOne() throws Exception {
    Path root =
        load(
            tar -> {
              put(tar, LF_SYMLINK, "x", outside.toString());
              put(tar, LF_DIR, "x/", "");
              put(tar, LF_NORMAL, "x/file", "inside");
              put(tar, LF_DIR, "y/", "");
              put(tar, LF_NORMAL, "y/old", "x");
              put(tar, LF_SYMLINK, "y", outside.toString());
              put(tar, LF_NORMAL, "z", "x");
              put(tar, LF_NORMAL, "z", "twice");
            });

    assertNodeUntouched();
    assertThat(root.resolve("x/file")).hasContent("inside");
    assertThat(Files.readSymbolicLink(root.resolve("y"))).isEqualTo(outside);
    assertThat(root.resolve("z")).hasContent("twice");
  }

  @Test
  void aParentThatBecomesADirectoryIsNotReachedThroughTheOldLink() throws Exception {
    Path root =
        load(
            tar -> {
              put(tar, LF_DIR, "real/", "");
              put(tar, LF_SYMLINK, "p", "real");
              put(tar, LF_NORMAL, "p/one", "1");
              put(tar, LF_DIR, "p/", "");
              put(tar, LF_NORMAL, "p/two", "2");
              put(tar, LF_NORMAL, "p", "a file");
              put(tar, LF_NORMAL, "real/three", "3");
            });

    assertThat(root.resolve("real/one")).hasContent("1");
    assertThat(root.resolve("real/two")).doesNotExist();
    assertThat(root.resolve("real/three")).hasContent("3");
    assertThat(root.resolve("p")).hasContent("a file");
  }

  @Test
  void aFileIsNotWrittenThroughALinkOfItsName() throws Exception {
    Path root =
        load(
            tar -> put(tar, LF_SYMLINK, "way", outside.resolve("secret").toString()),
            tar -> put(tar, LF_NORMAL, "way", "of the image"));

    assertNodeUntouched();
    assertThat(root.resolve("way")).hasContent("of the image");
  }

  @Test
  void whatBecomesALinkAfterItsEntriesGivesTheNodeNeitherTimesNorModesNorOwners() throws Exception {
    Object before =
        Files.readAttributes(outside.resolve("d"), "unix:mode,uid,gid,lastModifiedTime");
    Path root =
        load(
            tar -> {
              put(tar, LF_DIR, "a/", "", 0777);
              put(tar, LF_DIR, "a/d/", "", 0777);
              put(tar, LF_SYMLINK, "a", outside.toString());
              put(tar, LF_DIR, "in/outside/d/", "", 0777);
              put(tar, LF_SYMLINK, "in", outside.getParent().toString());
              put(tar, LF_DIR, "last/", "", 0777);
              put(tar, LF_SYMLINK, "last", outside.resolve("d").toString());
              put(tar, LF_DIR, "below/d/", "", 0777);
              put(tar, LF_DIR, "hidden/d/", "", 0777);
            },
            tar -> {
              put(tar, LF_DIR, "below/d/", "", 0700);
              put(tar, LF_SYMLINK, "below", outside.toString());
              put(tar, LF_DIR, "hidden/d/", "", 0700);
              put(tar, LF_NORMAL, ".wh.hidden", "");
              put(tar, LF_SYMLINK, "hidden", outside.toString());
            },
            tar -> {
              put(tar, LF_NORMAL, "below/d/.wh..wh..opq", "");
              put(tar, LF_NORMAL, "hidden/.wh.secret", "");
            });

    assertNodeUntouched();
    assertThat(Files.readAttributes(outside.resolve("d"), "unix:mode,uid,gid,lastModifiedTime"))
        .isEqualTo(before);
    assertThat(Files.readSymbolicLink(root.resolve("a"))).isEqualTo(outside);
    assertThat(Files.readSymbolicLink(root.resolve("below"))).isEqualTo(outside);
  }

  @Test
  void devicesAndNamedPipesArePassedOver() throws Exception {
    Path root =
        load(
            tar -> {
              put(tar, LF_BLK, "disk", "");
              put(tar, LF_CHR, "null", "");
              put(tar, LF_FIFO, "pipe", "");
              put(tar, LF_NORMAL, "dev/file", "x");
              put(tar, LF_CONTIG, "kept", "");
            });

    try (Stream<Path> files = Files.list(root)) {
      assertThat(files.map(each -> each.getFileName().toString())).containsExactly("kept");
    }
  }

  @Test
  void aTreeOfTheGreatestDepthIsUnpackedAndCanBeDeleted() throws Exception {
    String deep = "d/".repeat(1500);
    Path root = load(tar -> put(tar, LF_NORMAL, deep + "file", "x"));
    assertThat(root.resolve(deep + "file")).hasContent("x");

    load(tar -> put(tar, LF_NORMAL, "other", "x"));
    assertThat(directory.resolve("images/sha256")).isDirectory();
  }

  @Test
  void namesAndTargetsOfLinksThatNoFileCanHaveAreRefused() {
    String name = "d/".repeat(2048) + "f";
    for (TestImage.Layer layer :
        List.<TestImage.Layer>of(
            tar -> put(tar, LF_NORMAL, name, "x"),
            tar -> put(tar, LF_DIR, "./" + "/".repeat(4096), ""),
            tar -> put(tar, LF_NORMAL, name + "/.wh.x", ""),
            tar -> put(tar, LF_SYMLINK, "link", name),
            tar -> put(tar, LF_LINK, "link", "/".repeat(4096) + "f"))) {
      assertThatThrownBy(() -> load(this::ways, layer))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("evil.tar")
          .hasMessageContaining("bytes, and Linux allows 4096");
    }
  }

  @Test
  void veryManyEntriesAreUnpacked() throws Exception {
    int count = 100_000;
    Path root =
        load(
            tar -> {
              for (int i = 0; i < count; i++) {
                put(tar, LF_SYMLINK, "d" + i % 10 + "/" + i, "t");
              }
            },
            tar -> {
              for (int i = 0; i < count; i += 2) {
                put(tar, LF_NORMAL, "d" + i % 10 + "/.wh." + i, "");
              }
            });

    try (Stream<Path> links = Files.list(root.resolve("d1"))) {
      assertThat(links).hasSize(count / 10);
    }
    assertThat(root.resolve("d2")).isEmptyDirectory();
  }

  private Path load(TestImage.Layer... layers) throws Exception {
    TestImage image = TestImage.named("evil:1");
    for (TestImage.Layer layer : layers) {
      image.layer(layer);
    }
    Path archive = image.saveTo(directory.resolve("evil.tar"));
    store.load(archive, Duration.ofMinutes(10));
    return store.open(image.id()).root();
  }

  /** Links out of the image, a link to such a link, a directory and a file. */
  private void ways(TarArchiveOutputStream tar) throws IOException {
    put(tar, LF_SYMLINK, "way", outside.toString());
    put(tar, LF_SYMLINK, "further", "way");
    put(tar, LF_SYMLINK, "up", "../../../..");
    put(tar, LF_SYMLINK, "loop", "loop");
    put(tar, LF_SYMLINK, "to-file", "f");
    put(tar, LF_DIR, "d/", "");
    put(tar, LF_NORMAL, "full/f", "file");
    put(tar, LF_NORMAL, "f", "file");
  }

  private void assertNodeUntouched() throws IOException {
    assertThat(outside.resolve("secret")).hasContent(SECRET);
    assertThat(outside.resolve("d")).isEmptyDirectory();
    assertThat(Files.getAttribute(outside.resolve("secret"), "unix:nlink")).isEqualTo(1);
    try (Stream<Path> files = Files.list(outside)) {
      assertThat(files).hasSize(2);
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(each -> each.getFileName().toString()))
          .containsExactlyInAnyOrder("images", "outside", "evil.tar");
    }
  }
}
