package io.lofn.runtime.embedded.store;

import static io.lofn.runtime.embedded.store.TestImage.hex;
import static io.lofn.runtime.embedded.store.TestImage.put;
import static io.lofn.runtime.embedded.store.TestImage.sha256;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_NORMAL;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_SYMLINK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.image.Platform;
import io.lofn.spi.ImageRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests every form in which tools write images into files. */
@Timeout(120)
class ArchiveFormatsTest {

  private static final Platform NODE = Platform.own();

  @TempDir private Path directory;
  private ImageStore store;
  private TestImage image;
  private final Map<String, byte[]> files = new TreeMap<>();

  @BeforeEach
  void makeAnImage() throws Exception {
    store = TestImage.store(directory.resolve("images"));
    image =
        TestImage.named("a/b:1")
            .layer(tar -> put(tar, LF_NORMAL, "old", "x"))
            .layer(
                tar -> {
                  put(tar, LF_NORMAL, ".wh.old", "");
                  put(tar, LF_NORMAL, "new", "y".repeat(100_000));
                });
  }

  /** How a layer or an archive is compressed. */
  private enum Format {
    PLAIN,
    GZIP,
    GZIP_IN_PARTS,
    ZSTD,
    ZSTD_IN_PARTS,
    BZIP2;

    byte[] of(byte[] bytes) throws IOException {
      int half = bytes.length / 2;
      byte[] first = Arrays.copyOf(bytes, half);
      byte[] second = Arrays.copyOfRange(bytes, half, bytes.length);
      return switch (this) {
        case PLAIN -> bytes;
        case GZIP -> through(bytes, GZIPOutputStream::new);
        case GZIP_IN_PARTS ->
            joined(through(first, GZIPOutputStream::new), through(second, GZIPOutputStream::new));
        case ZSTD -> Zstd.compress(bytes);
        case ZSTD_IN_PARTS -> joined(Zstd.compress(first), Zstd.compress(second));
        case BZIP2 -> through(bytes, BZip2CompressorOutputStream::new);
      };
    }

    private interface Wrap {
      OutputStream around(OutputStream out) throws IOException;
    }

    private static byte[] through(byte[] bytes, Wrap wrap) throws IOException {
      ByteArrayOutputStream result = new ByteArrayOutputStream();
      try (OutputStream out = wrap.around(result)) {
        out.write(bytes);
      }
      return result.toByteArray();
    }

    private static byte[] joined(byte[] first, byte[] second) {
      ByteArrayOutputStream result = new ByteArrayOutputStream();
      result.writeBytes(first);
      result.writeBytes(second);
      return result.toByteArray();
    }
  }

  private String blob(byte[] bytes) {
    String digest = sha256(bytes);
    files.put("blobs/sha256/" + hex(digest), bytes);
    return digest;
  }

  private String blob(String text) {
    return blob(text.getBytes(UTF_8));
  }

  private String manifest(TestImage of, Format format) throws IOException {
    List<String> layers = new ArrayList<>();
    for (byte[] layer : of.layers()) {
      layers.add("{\"digest\":\"%s\"}".formatted(blob(format.of(layer))));
    }
    return blob(
        "{\"config\":{\"digest\":\"%s\"},\"layers\":%s}".formatted(blob(of.config()), layers));
  }

  private static String entry(String digest, String more) {
    return "{\"digest\":\"%s\"%s}".formatted(digest, more);
  }

  private static String platform(Platform platform) {
    return ",\"platform\":{\"os\":\"%s\",\"architecture\":\"%s\"}"
        .formatted(platform.os(), platform.architecture());
  }

  private static String named(String key, String name) {
    return ",\"annotations\":{\"%s\":\"%s\"}".formatted(key, name);
  }

  private void index(String... entries) {
    files.put("index.json", "{\"manifests\":%s}".formatted(List.of(entries)).getBytes(UTF_8));
  }

  private Path tar(Format format) throws IOException {
    byte[] tar =
        TestImage.tar(
            all -> {
              for (Map.Entry<String, byte[]> file : files.entrySet()) {
                put(all, "./" + file.getKey(), file.getValue());
              }
            });
    return Files.write(directory.resolve("archive.tar"), format.of(tar));
  }

  private void load(Path archive) {
    store.load(archive, Duration.ofMinutes(1));
  }

  private void assertLoaded(String name) {
    String id = store.prepare(ImageRequest.of(name)).id();
    assertThat(id).isEqualTo(image.id());
    Path root = store.open(id).root();
    assertThat(root.resolve("new")).hasSize(100_000);
    assertThat(root.resolve("old")).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource
  void layersOfAnOciArchiveMayBeCompressedInAnyWay(Format format) throws Exception {
    index(entry(manifest(image, format), named("org.opencontainers.image.ref.name", "a/b:1")));
    load(tar(Format.PLAIN));
    assertLoaded("a/b:1");
  }

  @ParameterizedTest
  @EnumSource
  void anArchiveMayBeCompressedAsAWhole(Format format) throws Exception {
    Path archive = image.saveTo(directory.resolve("archive.tar"));
    Files.write(archive, format.of(Files.readAllBytes(archive)));
    load(archive);
    assertLoaded("a/b:1");
  }

  @Test
  void anOciLayoutIsADirectory() throws Exception {
    index(entry(manifest(image, Format.GZIP), named("io.containerd.image.name", "host:5/a:1")));
    Path layout = directory.resolve("layout");
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = layout.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
    load(layout);
    assertLoaded("host:5/a:1");
  }

  @Test
  void dockersNewerLayoutHasBothIndexes() throws Exception {
    index(entry(manifest(image, Format.PLAIN), ""));
    List<String> layers =
        image.layers().stream().map(each -> "\"blobs/sha256/" + hex(sha256(each)) + "\"").toList();
    files.put(
        "manifest.json",
        "[{\"Config\":\"blobs/sha256/%s\",\"RepoTags\":[\"a/b:1\"],\"Layers\":%s}]"
            .formatted(hex(image.id()), layers)
            .getBytes(UTF_8));
    load(tar(Format.PLAIN));
    assertLoaded("a/b:1");
  }

  @Test
  void aLayerMayBeALinkToThatOfAnotherImage() throws Exception {
    Path archive =
        Files.write(
            directory.resolve("archive.tar"),
            TestImage.tar(
                all -> {
                  put(all, "one/layer.tar", image.layers().get(0));
                  put(all, LF_SYMLINK, "two/layer.tar", "../one/layer.tar");
                  put(all, "three/layer.tar", image.layers().get(1));
                  put(all, hex(image.id()) + ".json", image.config().getBytes(UTF_8));
                  put(
                      all,
                      LF_NORMAL,
                      "manifest.json",
                      "[{\"Config\":\"%s.json\",\"RepoTags\":[\"a/b:1\"],\"Layers\":[\"two/layer.tar\",\"three/layer.tar\"]}]"
                          .formatted(hex(image.id())));
                }));
    load(archive);
    assertLoaded("a/b:1");
  }

  @Test
  void ofAnIndexOfPlatformsThisNodesIsTaken() throws Exception {
    TestImage other = TestImage.named("a/b:1").platform("linux", "s390x").layer(tar -> {});
    String attestation =
        entry(blob("{\"layers\":[]}"), platform(new Platform("unknown", "unknown")));
    String nested =
        blob(
            "{\"manifests\":%s}"
                .formatted(
                    List.of(
                        entry(
                            manifest(other, Format.PLAIN),
                            platform(new Platform("linux", "s390x"))),
                        attestation,
                        entry(manifest(image, Format.GZIP), platform(NODE)))));
    index(entry(nested, named("org.opencontainers.image.ref.name", "a/b:1")));
    load(tar(Format.PLAIN));

    assertLoaded("a/b:1");
    assertLoaded("a/b@" + nested);
  }

  @Test
  void anIndexWithoutThisNodesPlatformIsRefused() throws Exception {
    index(
        entry(
            manifest(image, Format.PLAIN),
            platform(new Platform("linux", "s390x")) + named("io.containerd.image.name", "a:1")));
    Path archive = tar(Format.PLAIN);

    assertThatThrownBy(() -> load(archive))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("a:1 is for [linux/s390x] only, and this node is " + NODE);
  }

  @Test
  void anImageOfAnotherPlatformIsUsedOnlyIfTheToolAsksForThatPlatform() throws Exception {
    TestImage.named("a:1")
        .platform("linux", "s390x")
        .layer(tar -> {})
        .saveTo(directory.resolve("archive.tar"));
    load(directory.resolve("archive.tar"));

    assertThatThrownBy(() -> store.prepare(ImageRequest.of("a:1")))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("linux/s390x");
    assertThat(store.prepare(ImageRequest.of("a:1").platform("linux/s390x")).id()).isNotEmpty();
    assertThatThrownBy(() -> store.prepare(ImageRequest.of("a:1").platform("linux/arm64")))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("Tool.platform");
  }

  /** Tools list all platforms of an image, and save one. */
  @Test
  void manifestsOfOtherPlatformsNeedNotBeInTheArchive() throws Exception {
    String list =
        blob(
            "{\"manifests\":%s}"
                .formatted(
                    List.of(
                        entry(sha256(new byte[1]), platform(new Platform("linux", "s390x"))),
                        entry(manifest(image, Format.GZIP), platform(NODE)))));
    index(entry(list, named("org.opencontainers.image.ref.name", "a/b:1")));
    load(tar(Format.PLAIN));

    assertLoaded("a/b:1");
  }

  @Test
  void anImageWithoutANameIsFoundByItsId() throws Exception {
    index(entry(manifest(image, Format.ZSTD), ""));
    load(tar(Format.PLAIN));
    assertLoaded(image.id());
  }

  @Test
  void aFileWhoseDigestIsAnotherIsNamedWithBothDigests() throws Exception {
    String manifest = manifest(image, Format.GZIP);
    index(entry(manifest, named("org.opencontainers.image.ref.name", "a/b:1")));
    for (String name : List.copyOf(files.keySet())) {
      if (name.startsWith("blobs/")) {
        byte[] whole = files.get(name);
        byte[] damaged = whole.clone();
        damaged[damaged.length - 3] ^= 1;
        files.put(name, damaged);
        assertRefused(name, sha256(damaged), sha256(whole));
        files.put(name, whole);
      }
    }
  }

  private void assertRefused(String name, String found, String expected) throws IOException {
    Path archive = tar(Format.PLAIN);
    assertThatThrownBy(() -> load(archive))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(name)
        .hasMessageContaining(found)
        .hasMessageContaining(expected);
    assertThat(directory.resolve("images/sha256")).isEmptyDirectory();
  }

  @Test
  void aLayerThatIsNotTheOneOfTheConfigurationIsRefused() throws Exception {
    byte[] other = TestImage.tar(tar -> put(tar, LF_NORMAL, "evil", "x"));
    byte[] honest = image.layers().get(1);
    String config = image.config();
    for (UnaryOperator<byte[]> change :
        List.<UnaryOperator<byte[]>>of(
            layer -> other,
            layer -> Arrays.copyOf(layer, layer.length - 512),
            layer -> Arrays.copyOf(layer, layer.length + 512))) {
      byte[] layer = change.apply(honest);
      Path archive =
          Files.write(
              directory.resolve("archive.tar"),
              TestImage.tar(
                  all -> {
                    put(all, "0.tar", image.layers().get(0));
                    put(all, "1.tar", layer);
                    put(all, hex(image.id()) + ".json", config.getBytes(UTF_8));
                    put(
                        all,
                        LF_NORMAL,
                        "manifest.json",
                        "[{\"Config\":\"%s.json\",\"RepoTags\":[\"a/b:1\"],\"Layers\":[\"0.tar\",\"1.tar\"]}]"
                            .formatted(hex(image.id())));
                  }));
      assertThatThrownBy(() -> load(archive))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("1.tar is damaged")
          .hasMessageContaining(sha256(layer))
          .hasMessageContaining(sha256(honest));
    }
    assertThat(directory.resolve("images/sha256")).isEmptyDirectory();
  }

  @Test
  void aManifestThatWouldBeATreeOfHundredsOfMegabytesIsRefused() throws Exception {
    files.put("manifest.json", ("[" + "{},".repeat(300_000) + "{}]").getBytes(UTF_8));
    assertTooLarge("manifest.json has more than 250000 JSON values");
    files.put("manifest.json", ("[" + " ".repeat(4 << 20) + "]").getBytes(UTF_8));
    assertTooLarge("manifest.json has more than 4194304 bytes");
    files.put("manifest.json", "[{\"Config\":\"config\",\"Layers\":[]}]".getBytes(UTF_8));
    files.put("config", ("[" + "[],".repeat(300_000) + "[]]").getBytes(UTF_8));
    assertTooLarge("config has more than 250000 JSON values");
  }

  @Test
  void aLargeManifestThatIsNamedManyTimesIsRefused() throws Exception {
    String config = blob(image.config());
    String manifest =
        blob("{\"config\":{\"digest\":\"%s\"}}%s".formatted(config, " ".repeat(3 << 20)));
    index(String.join(",", Collections.nCopies(100, entry(manifest, ""))));
    assertTooLarge("its manifests and configurations have more than 33554432 bytes together");
    files.put(
        "manifest.json",
        ("["
                + String.join(",", Collections.nCopies(12, "{\"Config\":\"config\",\"Layers\":[]}"))
                + "]")
            .getBytes(UTF_8));
    files.put("config", ("{" + " ".repeat(3 << 20) + "}").getBytes(UTF_8));
    assertTooLarge("its manifests and configurations have more than 33554432 bytes together");
  }

  @Test
  void anArchiveWithMoreNamesThanAnyImageNeedsIsRefused() throws Exception {
    files.put("manifest.json", "[]".getBytes(UTF_8));
    files.put("n".repeat(4097), new byte[0]);
    assertTooLarge(" bytes, and Linux allows 4096");
    files.remove("n".repeat(4097));
    byte[] entry = TestImage.entry("n".repeat(4000));
    Path archive = directory.resolve("many.tar");
    try (OutputStream many = Files.newOutputStream(archive)) {
      for (int i = 0; i < 4200; i++) {
        many.write(entry);
      }
    }
    assertThatThrownBy(() -> load(archive))
        .hasMessageContaining("the names in it have more than 16777216 bytes together");
  }

  private void assertTooLarge(String message) throws IOException {
    Path archive = tar(Format.PLAIN);
    assertThatThrownBy(() -> load(archive))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(message);
    assertThat(directory.resolve("images/sha256")).isEmptyDirectory();
  }

  @Test
  void anArchiveThatIsCutShortOrNoneIsExplained() throws Exception {
    Path archive = image.saveTo(directory.resolve("archive.tar"));
    byte[] whole = Files.readAllBytes(archive);
    Files.write(archive, Arrays.copyOf(whole, 4000));
    assertThatThrownBy(() -> load(archive))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("cut short");
    Files.writeString(archive, "text");
    assertThatThrownBy(() -> load(archive))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("not a tar file");
    Files.write(archive, TestImage.tar(tar -> put(tar, LF_NORMAL, "file", "x")));
    assertThatThrownBy(() -> load(archive))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("has no manifest.json");
    assertThatThrownBy(() -> load(directory.resolve("none"))).isInstanceOf(EngineException.class);
  }
}
