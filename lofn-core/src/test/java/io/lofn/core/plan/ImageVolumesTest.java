package io.lofn.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.LofnException;
import io.lofn.spi.ImageConfig;
import io.lofn.spi.Mount;
import io.lofn.spi.PreparedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageVolumesTest {

  @TempDir Path node;

  private Path exchange;
  private Path temporary;
  private Path data;
  private List<Mount> mounts;

  @BeforeEach
  void mount() throws IOException {
    exchange = Files.createDirectory(node.resolve("exchange"));
    temporary = Files.createDirectory(node.resolve("tmp"));
    data = Files.createDirectory(node.resolve("data"));
    mounts =
        List.of(
            new Mount(exchange, "/shared", false),
            new Mount(temporary, "/tmp", false),
            new Mount(data, "/data", true));
  }

  private static ImageVolumes declared(String... volumes) {
    return new ImageVolumes(
        PreparedImage.of("tool:1", "sha256:1")
            .config(ImageConfig.empty().volumes(List.of(volumes))));
  }

  private List<Mount> again(String... volumes) {
    return declared(volumes).again(mounts, Set.of(exchange, temporary), Set.of("/scratch"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/shared/out",
        "/shared/out/",
        "/shared/./out",
        "//shared//out",
        "shared/out",
        "/shared/in/../out",
        "/../shared/out"
      })
  void aVolumeInTheExchangeIsTheExchangesOwnDirectoryHoweverItIsSpelt(String volume) {
    assertThat(again(volume))
        .containsExactly(new Mount(exchange.resolve("out"), "/shared/out", false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/shared/a,b", "/shared/a:b", "/shared/a b", "/shared/a\"b"})
  void aVolumeInTheExchangeMayHaveAnyName(String volume) {
    Path inside = exchange.resolve(volume.substring("/shared/".length()));
    assertThat(again(volume)).containsExactly(new Mount(inside, volume, false));
  }

  @Test
  void volumesInVolumesOfTheExchangeAreMountedAgainToo() {
    assertThat(again("/shared/a/b", "/shared/a"))
        .containsExactly(
            new Mount(exchange.resolve("a"), "/shared/a", false),
            new Mount(exchange.resolve("a/b"), "/shared/a/b", false));
  }

  @Test
  void aVolumeInTheRunsTmpIsItsOwnDirectory() {
    assertThat(again("/tmp/cache"))
        .containsExactly(new Mount(temporary.resolve("cache"), "/tmp/cache", false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/shared",
        "/shared/",
        "/tmp",
        "/data",
        "/lofn",
        "/scratch",
        "/scratch/below",
        "/other",
        "/sharedout",
        "/",
        "",
        "."
      })
  void aVolumeThatHidesNothingIsLeftAlone(String volume) {
    assertThat(again(volume)).isEmpty();
  }

  @Test
  void aVolumeInReadOnlyDataIsTheDatasOwnDirectory() throws IOException {
    Files.createDirectories(data.resolve("a/b"));
    assertThat(again("/data/a/b"))
        .containsExactly(new Mount(data.resolve("a/b"), "/data/a/b", true));
  }

  @Test
  void aVolumeInDataThatHasNoSuchDirectoryIsRefusedAndSaysWhatToDo() {
    assertThatThrownBy(() -> again("/data/missing"))
        .isInstanceOf(LofnException.class)
        .hasMessageContainingAll("tool:1", "/data/missing", "/data", "another path");
  }

  @Test
  void aVolumeInDataIsRefusedWhereALinkCouldLeadElsewhere() throws IOException {
    Files.createSymbolicLink(data.resolve("link"), Path.of("/etc"));
    assertThatThrownBy(() -> again("/data/link")).isInstanceOf(LofnException.class);
    assertThatThrownBy(() -> again("/data/link/ssl")).isInstanceOf(LofnException.class);
  }

  @Test
  void aVolumeInDataThatToolsMayWriteIsRefused() throws IOException {
    Files.createDirectory(data.resolve("a"));
    mounts = List.of(mounts.get(0), new Mount(data, "/data", false));
    assertThatThrownBy(() -> again("/data/a"))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("a tool may change");
  }

  @Test
  void aVolumeOnAFileIsRefused() throws IOException {
    mounts = List.of(mounts.get(0), new Mount(Files.createFile(node.resolve("f")), "/f", true));
    assertThatThrownBy(() -> again("/f/below")).isInstanceOf(LofnException.class);
  }

  @Test
  void aVolumeInTheDirectoryOfTheStreamsIsRefused() {
    assertThatThrownBy(() -> again("/lofn/in"))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("/lofn/in");
  }

  @Test
  void theInnermostMountCounts() throws IOException {
    Files.createDirectory(data.resolve("x"));
    mounts = List.of(mounts.get(0), new Mount(data, "/shared/data", true));
    assertThat(again("/shared/data/x", "/shared/data", "/shared/y"))
        .containsExactly(
            new Mount(data.resolve("x"), "/shared/data/x", true),
            new Mount(exchange.resolve("y"), "/shared/y", false));
    assertThat(
            declared("/shared/memory/x").again(mounts, Set.of(exchange), Set.of("/shared/memory")))
        .isEmpty();
  }

  @Test
  void whatTheEngineMountsItselfIsKeptFromRunToRun() {
    Set<String> targets = Set.of("/shared", "/tmp", "/data");
    assertThat(declared("/shared", "/tmp/", "/").areKept(targets)).isFalse();
    assertThat(declared().areKept(targets)).isFalse();
    assertThat(declared("/shared", "/other").areKept(targets)).isTrue();
    assertThat(declared("/shared/out").areKept(targets)).isTrue();
  }
}
