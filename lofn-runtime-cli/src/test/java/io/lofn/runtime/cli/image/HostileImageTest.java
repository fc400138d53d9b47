package io.lofn.runtime.cli.image;

import static io.lofn.runtime.cli.image.ImageArchive.put;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_BLK;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_CHR;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_DIR;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_FIFO;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_LINK;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_NORMAL;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_SYMLINK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.api.FileNames;
import io.lofn.files.UnpackedTree;
import io.lofn.runtime.cli.process.Command;
import io.lofn.runtime.cli.process.CommandResult;
import io.lofn.spi.ImageRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests archives of images whose layers together try to reach files of the node. */
@Timeout(60)
class HostileImageTest {

  private static final String SECRET = "secret of the node";

  @TempDir private Path directory;
  private Path outside;

  @BeforeEach
  void makeANode() throws IOException {
    outside = Files.createDirectories(directory.resolve("images/outside"));
    Files.writeString(outside.resolve("secret"), SECRET);
    Files.createDirectory(outside.resolve("d"));
  }

  static Stream<Attack> attacks() {
    return Stream.of(
        hardLink("through a link of the layer below", "way/secret"),
        hardLink("by a name with more to it", ".//way/./secret"),
        hardLink("as an absolute name", "/way/secret"),
        hardLink("to a path of the node", "OUTSIDE/secret"),
        hardLink("that climbs", "../outside/secret"),
        hardLink("that climbs in the middle", "d/../../outside/secret"),
        hardLink("to the image", "."),
        hardLink("to a directory", "d"),
        hardLink("to nothing", "nothing"),
        hardLink("through a file", "f/secret"),
        new Attack("a file through a link", LF_NORMAL, "way/file", "x"),
        new Attack("a file of the node, through a link", LF_NORMAL, "way/secret", "x"),
        new Attack("a file through two links", LF_NORMAL, "further/file", "x"),
        new Attack("a directory through a link", LF_DIR, "way/new/", ""),
        new Attack("a link through a link", LF_SYMLINK, "way/link", "/"),
        new Attack("a hard link made through a link", LF_LINK, "way/hard", "f"),
        new Attack("a whiteout that climbs", LF_NORMAL, "d/../../outside/.wh.secret", ""),
        new Attack("a whiteout of what is above", LF_NORMAL, "d/.wh...", ""),
        new Attack("a file that climbs", LF_NORMAL, "../outside/file", "x"),
        new Attack("a file that climbs in the middle", LF_NORMAL, "d/../../outside/file", "x"),
        new Attack("a directory that climbs", LF_DIR, "../outside/new/", ""),
        new Attack("a link that climbs", LF_SYMLINK, "../outside/link", "/"),
        new Attack("a file through a link to itself", LF_NORMAL, "loop/file", "x"),
        new Attack("a file through a link to a file", LF_NORMAL, "to-file/file", "x"),
        new Attack("a file in a file", LF_NORMAL, "f/file", "x"));
  }

  private static Attack hardLink(String what, String target) {
    return new Attack("a hard link " + what, LF_LINK, "stolen", target);
  }

  @ParameterizedTest
  @MethodSource("attacks")
  void isRefusedAndTheNodeIsLeftAlone(Attack attack) throws Exception {
    assertThatThrownBy(() -> load(this::ways, tar -> putAttack(tar, attack)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("evil.tar");
    assertNodeUntouched();
    assertThat(directory.resolve("images"))
        .isDirectoryNotContaining("glob:**/evil*")
        .isDirectoryNotContaining("glob:**/.lofn-*");
  }

  @Test
  void linksInTheWayOfALayerLeadInsideTheImage() throws Exception {
    String inside = outside.toString().substring(1);
    Path image =
        load(
            tar -> {
              ways(tar);
              put(tar, LF_NORMAL, inside + "/secret", "of the image");
              put(tar, LF_NORMAL, inside + "/gone", "x");
              put(tar, LF_NORMAL, inside + "/d/gone", "x");
              put(tar, LF_NORMAL, inside + "/e/gone", "x");
              put(tar, LF_SYMLINK, "e", "../../" + inside + "/e");
            },
            tar -> {
              put(tar, LF_NORMAL, "way/file", "1");
              put(tar, LF_NORMAL, "further/new/file", "2");
              put(tar, LF_LINK, "hard", "further/secret");
              put(tar, LF_LINK, "way/f", "f");
              put(tar, LF_LINK, "way/secret", inside + "/secret");
              put(tar, LF_NORMAL, "way/.wh.gone", "");
              put(tar, LF_NORMAL, "way/d/.wh..wh..opq", "");
              put(tar, LF_NORMAL, "e/.wh..wh..opq", "");
            });

    assertNodeUntouched();
    assertThat(Files.readSymbolicLink(image.resolve("way"))).isEqualTo(outside);
    Path there = image.resolve(inside);
    assertThat(there.resolve("file")).hasContent("1");
    assertThat(there.resolve("new/file")).hasContent("2");
    assertThat(image.resolve("hard")).hasContent("of the image");
    assertThat(there.resolve("secret")).hasContent("of the image");
    assertThat(there.resolve("f")).hasContent("file");
    assertThat(there.resolve("gone")).doesNotExist();
    assertThat(there.resolve("d")).isEmptyDirectory();
    assertThat(there.resolve("e")).isEmptyDirectory();
  }

  @Test
  void whiteoutsThroughALinkThatLeadsNowhereDeleteNothing() throws Exception {
    Path image =
        load(
            this::ways,
            tar -> {
              put(tar, LF_NORMAL, "way/.wh.secret", "");
              put(tar, LF_NORMAL, "way/d/.wh..wh..opq", "");
              put(tar, LF_NORMAL, "way/.wh..wh..opq", "");
            });

    assertNodeUntouched();
    assertThat(image.resolve("f")).hasContent("file");
  }

  @Test
  void whatAnImageHasKeepsItsModesAndLinks() throws Exception {
    Path image =
        load(
            tar -> {
              put(tar, LF_DIR, "tmp/", "", 0777);
              put(tar, LF_DIR, "etc/", "", 0700);
              put(tar, LF_DIR, "var/roothome/", "", 0700);
              put(tar, LF_SYMLINK, "root", "/var/roothome");
            });

    assertThat(permissions(image.resolve("tmp"))).isEqualTo("rwxrwxrwx");
    assertThat(permissions(image.resolve("etc"))).isEqualTo("rwx------");
    assertThat(permissions(image.resolve("var/roothome"))).isEqualTo("rwx------");
    assertThat(Files.readSymbolicLink(image.resolve("root"))).hasToString("/var/roothome");
    assertThat(image.resolve("etc/passwd")).isEmptyFile();
  }

  @Test
  void whatLofnWritesIntoAnImageGoesThroughNoLinkOfIt() throws Exception {
    Path image =
        load(
            tar -> {
              put(tar, LF_SYMLINK, "ch", outside.toString());
              put(tar, LF_SYMLINK, "etc", outside.toString());
              put(tar, LF_SYMLINK, "tmp", outside.resolve("none").toString());
            });

    assertNodeUntouched();
    assertThat(image.resolve("ch/environment")).hasContent("PATH=/p\n");
    for (String name : List.of("ch", "etc", "tmp")) {
      assertThat(Files.isDirectory(image.resolve(name), LinkOption.NOFOLLOW_LINKS)).isTrue();
    }
  }

  @Test
  void aFileThatIsALinkInTheImageIsNotWrittenThrough() throws Exception {
    Path image =
        load(
            tar -> {
              put(tar, LF_SYMLINK, "ch/environment", outside.resolve("secret").toString());
              put(tar, LF_SYMLINK, "etc/passwd", outside.resolve("new").toString());
            });

    assertNodeUntouched();
    assertThat(image.resolve("ch/environment")).hasContent("PATH=/p\n");
  }

  @Test
  void whatAnImageSaysIsReadThroughNoLinkOfIt() throws Exception {
    Files.writeString(outside.resolve("secret"), "KEY=" + SECRET);
    Path image = Files.createDirectories(directory.resolve("images/other+1/ch"));
    for (String name : List.of("environment", "metadata.json", "lofn-config.json")) {
      Files.createSymbolicLink(image.resolve(name), outside.resolve("secret"));
    }
    Path through = Files.createDirectories(directory.resolve("images/through+1"));
    Files.createSymbolicLink(through.resolve("ch"), outside);
    Files.move(outside.resolve("secret"), outside.resolve("environment"));

    assertThat(UnpackedImage.config(image.getParent()).environment()).isEmpty();
    assertThat(UnpackedImage.config(through).environment()).isEmpty();
  }

  @Test
  void laterEntriesTakeThePlaceOfEarlierOnes() throws Exception {
    Path image =
        load(
            this::ways,
            tar -> {
              put(tar, LF_DIR, "way/", "");
              put(tar, LF_NORMAL, "way/file", "in the image");
              put(tar, LF_NORMAL, "d", "now a file");
              put(tar, LF_DIR, "f/", "");
              put(tar, LF_SYMLINK, "e", outside.toString());
              put(tar, LF_NORMAL, "further", "no link");
            });

    assertNodeUntouched();
    assertThat(image.resolve("way/file")).hasContent("in the image");
    assertThat(image.resolve("d")).hasContent("now a file");
    assertThat(image.resolve("f")).isEmptyDirectory();
    assertThat(image.resolve("further")).hasContent("no link");
    assertThat(Files.readSymbolicLink(image.resolve("e"))).isEqualTo(outside);
  }

  @Test
  void aDirectoryThatBecomesALinkIsNotEmptiedThroughIt() throws Exception {
    Path image =
        load(
            this::ways,
            tar -> put(tar, LF_SYMLINK, "d", outside.toString()),
            tar -> put(tar, LF_NORMAL, "d/.wh..wh..opq", ""));

    assertNodeUntouched();
    assertThat(Files.isSymbolicLink(image.resolve("d"))).isTrue();
  }

  @Test
  void aWhiteoutOfALinkDeletesTheLink() throws Exception {
    Path image = load(this::ways, tar -> put(tar, LF_NORMAL, ".wh.way", ""));

    assertNodeUntouched();
    assertThat(Files.exists(image.resolve("way"), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  @Test
  void aHardLinkToALinkIsThatLink() throws Exception {
    Path image = load(this::ways, tar -> put(tar, LF_LINK, "again", "way"));

    assertNodeUntouched();
    assertThat(Files.readSymbolicLink(image.resolve("again"))).isEqualTo(outside);
  }

  @Test
  void aHardLinkToAFileOfTheLayerBelowIsThatFile() throws Exception {
    Path image = load(this::ways, tar -> put(tar, LF_LINK, "x/again", "./f"));

    assertThat(image.resolve("x/again")).hasContent("file");
  }

  @Test
  void devicesAndNamedPipesArePassedOver() throws Exception {
    Path image =
        load(
            tar -> {
              put(tar, LF_BLK, "disk", "");
              put(tar, LF_CHR, "null", "");
              put(tar, LF_FIFO, "pipe", "");
              put(tar, LF_NORMAL, "dev/file", "x");
              put(tar, LF_NORMAL, "kept", "x");
            });

    assertThat(image).isDirectoryNotContaining("glob:**/{disk,null,pipe}");
    assertThat(image.resolve("dev")).isEmptyDirectory();
    assertThat(image.resolve("kept")).hasContent("x");
  }

  @Test
  void noFileLendsTheRightsOfThisUser() throws Exception {
    Path image =
        load(
            tar -> {
              put(tar, LF_NORMAL, "program", "x", 06755);
              put(tar, LF_NORMAL, "closed", "x", 0);
              put(tar, LF_DIR, "shut/", "", 0);
              put(tar, LF_NORMAL, "shut/file", "x");
            });

    assertThat(Files.getAttribute(image.resolve("program"), "unix:mode")).isEqualTo(0100755);
    assertThat(permissions(image.resolve("closed"))).isEqualTo("r--------");
    assertThat(permissions(image.resolve("shut"))).isEqualTo("rwx------");
    assertThat(image.resolve("shut/file")).hasContent("x");
  }

  @Test
  void anArchiveThatTakesTooLongIsGivenUp() throws Exception {
    Path archive = ImageArchive.in(directory, this::ways);

    assertThatThrownBy(() -> new ImageUnpacker(store(), archive, Duration.ZERO).load())
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("too long");
  }

  @ParameterizedTest
  @ValueSource(strings = {"C", "POSIX", "C.UTF-8"})
  void linksToNamesThatAreNotAsciiLeadThereInEveryLocale(String locale) throws Exception {
    List<String> targets = List.of("../\u0151/./x", "/\u0151//x", "\u0151/../\u0151/x/", "\u0151");
    Path archive =
        ImageArchive.in(
            directory,
            tar -> {
              for (int i = 0; i < targets.size(); i++) {
                put(tar, LF_SYMLINK, "d/\u00e4" + i, targets.get(i));
              }
            });

    assertThat(child(locale, archive)).isEmpty();

    Path image = Path.of(store().prepare(ImageRequest.of("evil:1")).id());
    List<String> led = new ArrayList<>();
    for (int i = 0; i < targets.size(); i++) {
      Path link = FileNames.resolve(image, "d/\u00e4" + i);
      led.add(rawPath(Files.readSymbolicLink(link)));
    }
    assertThat(led).containsExactly("../%C5%91/./x", "/%C5%91/x", "%C5%91/../%C5%91/x", "%C5%91");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x\0y"})
  void aLinkToWhatIsNoNameIsRefused(String target) throws Exception {
    UnpackedTree tree = new UnpackedTree(directory, FileNames::resolve);

    assertThatThrownBy(() -> tree.symbolicLink("link", target))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("link");
  }

  /**
   * Returns the bytes of a path, percent-encoded, since its text depends on the locale of the test.
   */
  private static String rawPath(Path path) {
    if (path.isAbsolute()) {
      return path.toUri().getRawPath();
    }
    List<String> parts = new ArrayList<>();
    path.forEach(
        part ->
            parts.add(
                part.toString().startsWith(".")
                    ? part.toString()
                    : Path.of("/").resolve(part).toUri().getRawPath().substring(1)));
    return String.join("/", parts);
  }

  private String child(String locale, Path archive) throws Exception {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("LC_ALL", locale);
    environment.remove("JAVA_TOOL_OPTIONS");
    CommandResult result =
        Command.of(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Child.class.getName(),
                    archive.toString(),
                    directory.resolve("images").toString()))
            .onlyEnvironment(environment)
            .run(Duration.ofMinutes(1));
    assertThat(result.cutOff()).isFalse();
    return result.stdout() + result.stderr();
  }

  /** Unpacks an archive in a separate JVM. */
  static final class Child {

    private Child() {}

    public static void main(String[] arguments) {
      ImageStore store = new ImageStore(Path.of(arguments[1]), Optional.empty());
      new ImageUnpacker(store, Path.of(arguments[0]), Duration.ofSeconds(30)).load();
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private void assertNodeUntouched() throws IOException {
    assertThat(outside.resolve("secret")).hasContent(SECRET);
    assertThat(outside.resolve("d")).isEmptyDirectory();
    assertThat(Files.getAttribute(outside.resolve("secret"), "unix:nlink")).isEqualTo(1);
    try (Stream<Path> files = Files.list(outside)) {
      assertThat(files).hasSize(2);
    }
  }

  /** A link out of the image, a link to that link, a directory and a file. */
  private void ways(TarArchiveOutputStream tar) throws IOException {
    put(tar, LF_SYMLINK, "way", outside.toString());
    put(tar, LF_SYMLINK, "further", "way");
    put(tar, LF_SYMLINK, "loop", "loop");
    put(tar, LF_SYMLINK, "to-file", "f");
    put(tar, LF_DIR, "d/", "");
    put(tar, LF_NORMAL, "f", "file");
  }

  private Path load(ImageArchive.Layer... layers) throws Exception {
    new ImageUnpacker(store(), ImageArchive.in(directory, layers), Duration.ofSeconds(30)).load();
    return Path.of(store().prepare(ImageRequest.of("evil:1")).id());
  }

  private ImageStore store() {
    return new ImageStore(directory.resolve("images"), Optional.empty());
  }

  private void putAttack(TarArchiveOutputStream tar, Attack attack) throws IOException {
    String text = attack.text().replace("OUTSIDE", outside.toString());
    put(tar, attack.type(), attack.name(), text);
  }

  /** One entry; its text is the content of a file, or the target of a link. */
  private record Attack(String what, byte type, String name, String text) {
    @Override
    public String toString() {
      return what;
    }
  }
}
