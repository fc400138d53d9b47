package io.lofn.hdfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.StagingException;
import io.lofn.spi.ArchiveStager;
import io.lofn.spi.StagedVolume;
import io.lofn.spi.StagingConfig;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnpackedVolumeTest {

  @TempDir private Path remote;
  @TempDir private Path node;

  /** Fills an archive. */
  private interface Content<T> {
    void into(T archive) throws IOException;
  }

  @ParameterizedTest
  @ValueSource(strings = {"x.tar", "x.tar.gz", "X.TGZ"})
  void tarFilesAreUnpacked(String name) throws IOException {
    Path archive =
        tar(
            name,
            tar -> {
              entry(tar, "./", TarConstants.LF_DIR, "");
              entry(tar, "bin/run.sh", TarConstants.LF_NORMAL, "run");
              entry(tar, "a/b/" + "long".repeat(40), TarConstants.LF_NORMAL, "deep");
              entry(tar, "empty/", TarConstants.LF_DIR, "");
              entry(tar, "link", TarConstants.LF_SYMLINK, "a/b");
              entry(tar, "same", TarConstants.LF_LINK, "bin/run.sh");
            });

    Path tree = unpack(archive);

    assertThat(tree.resolve("bin/run.sh")).hasContent("run");
    assertThat(tree.resolve("a/b/" + "long".repeat(40))).hasContent("deep");
    assertThat(tree.resolve("empty")).isEmptyDirectory();
    assertThat(Files.readSymbolicLink(tree.resolve("link"))).isEqualTo(Path.of("a/b"));
    assertThat(tree.resolve("same")).hasContent("run");
    assertThat(permissions(tree)).isEqualTo("rwxr-xr-x");
    assertThat(permissions(tree.resolve("a/b/" + "long".repeat(40)))).isEqualTo("rw-r--r--");
  }

  @Test
  void zipFilesAreUnpacked() throws IOException {
    Path archive =
        zip(
            zip -> {
              entry(zip, "bin/", 0, "");
              entry(zip, "bin/run.sh", 0100755, "run");
              entry(zip, "link", 0120777, "bin/run.sh");
            });

    Path tree = unpack(archive);

    assertThat(permissions(tree.resolve("bin/run.sh"))).isEqualTo("rwxr-xr-x");
    assertThat(tree.resolve("link")).isSymbolicLink().hasContent("run");
    try (Stream<Path> files = Files.list(tree.getParent())) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("complete", "data");
    }
  }

  @Test
  void theArchiveItselfIsAnotherCopy() throws IOException {
    Path archive = tar("x.tar", tar -> entry(tar, "a", TarConstants.LF_NORMAL, "x"));
    try (ArchiveStager stager = stager(Long.MAX_VALUE);
        StagedVolume packed = stager.stage(archive.toUri());
        StagedVolume unpacked = stager.stageUnpacked(archive.toUri())) {
      assertThat(packed.path()).hasSameBinaryContentAs(archive);
      assertThat(unpacked.path().resolve("a")).hasContent("x");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"../evil", "a/../../evil", "/evil", "a/..", ".."})
  void entriesThatLeaveTheDirectoryAreRefused(String name) throws IOException {
    assertRefused(
        tar("x.tar", tar -> entry(tar, name, TarConstants.LF_NORMAL, "x")), name, "would leave");
    assertRefused(zip(zip -> entry(zip, name, 0100644, "x")), name, "would leave");
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "../../etc/passwd", "/etc/passwd", "a/../..", "nowhere", "link"})
  void symbolicLinksThatLeaveTheDirectoryAreRefused(String target) throws IOException {
    assertRefused(
        tar(
            "x.tar",
            tar -> {
              entry(tar, "a/b", TarConstants.LF_NORMAL, "x");
              entry(tar, "link", TarConstants.LF_SYMLINK, target);
            }),
        "link' leads to '" + target + "'");
    assertRefused(
        zip(zip -> entry(zip, "link", 0120777, target)), "link' leads to '" + target + "'");
  }

  @Test
  void linksThatLeaveTheDirectoryOnlyTogetherAreRefused() throws IOException {
    assertRefused(
        tar(
            "x.tar",
            tar -> {
              entry(tar, "z", TarConstants.LF_DIR, "");
              entry(tar, "d1/d2/x", TarConstants.LF_SYMLINK, "../../z");
              entry(tar, "y", TarConstants.LF_SYMLINK, "d1/d2/x/../..");
            }),
        "y' leads to");
  }

  @Test
  void nothingIsWrittenThroughALink() throws IOException {
    Path outside = Files.createDirectory(remote.resolve("outside"));
    assertRefused(
        tar(
            "x.tar",
            tar -> {
              entry(tar, "link", TarConstants.LF_SYMLINK, outside.toString());
              entry(tar, "link/evil", TarConstants.LF_NORMAL, "x");
            }),
        "link' is there twice");
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void aHardLinkOutOfTheDirectoryIsRefused() throws IOException {
    assertRefused(
        tar("x.tar", tar -> entry(tar, "a", TarConstants.LF_LINK, "/etc/passwd")), "would leave");
  }

  @ParameterizedTest
  @ValueSource(strings = {"way/secret", "./way//secret", "way", "d", ".", "f/x", "nothing"})
  void aHardLinkToAnythingButAFileOfTheArchiveIsRefused(String target) throws IOException {
    Path outside = Files.createDirectory(remote.resolve("outside"));
    Files.writeString(outside.resolve("secret"), "x");
    assertRefused(
        tar(
            "x.tar",
            tar -> {
              entry(tar, "way", TarConstants.LF_SYMLINK, outside.toString());
              entry(tar, "d", TarConstants.LF_DIR, "");
              entry(tar, "f", TarConstants.LF_NORMAL, "x");
              entry(tar, "stolen", TarConstants.LF_LINK, target);
            }),
        target);
    assertThat(Files.getAttribute(outside.resolve("secret"), "unix:nlink")).isEqualTo(1);
  }

  @Test
  void devicesAndPipesAreRefused() throws IOException {
    assertRefused(
        tar("x.tar", tar -> entry(tar, "pipe", TarConstants.LF_FIFO, "")),
        "'pipe' is neither a file, a directory nor a link");
  }

  @Test
  void anArchiveThatUnpacksToMoreThanAllowedIsRefusedOnTheWay() throws IOException {
    Path archive =
        tar(
            "bomb.tar.gz",
            tar -> entry(tar, "zeros", TarConstants.LF_NORMAL, "0".repeat(3_000_000)));
    assertThat(archive).satisfies(path -> assertThat(Files.size(path)).isLessThan(100_000));

    try (ArchiveStager stager = stager(2_000_000)) {
      assertThatThrownBy(() -> stager.stageUnpacked(archive.toUri()))
          .isInstanceOf(StagingException.class)
          .hasMessageContaining("spark.lofn.volumes.maxSize allows 2000000");
    }
    assertNothingLeft();
  }

  /** CVE-2023-42503: a time with such an exponent took hours. */
  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aTimeThatTakesHoursToParseIsRefusedAtOnce() throws IOException {
    for (String time : List.of("9e9999999", "-1e999999999", "1e-999999999")) {
      assertRefused(
          tar(
              "x.tar",
              tar -> {
                header(tar, record("mtime=" + time));
                entry(tar, "a", TarConstants.LF_NORMAL, "x");
              }),
          "x.tar");
    }
  }

  @ParameterizedTest
  @ValueSource(bytes = {TarConstants.LF_PAX_EXTENDED_HEADER_LC, TarConstants.LF_GNUTYPE_LONGNAME})
  void aHeaderIsNotHeldWhateverItsLength(byte type) throws IOException {
    assertRefused(
        tar(
            "x.tar.gz",
            tar -> {
              byte[] value = "20000000 x=".getBytes(UTF_8);
              byte[] header = Arrays.copyOf(value, 20_000_000);
              Arrays.fill(header, value.length, header.length - 1, (byte) 'x');
              header[header.length - 1] = '\n';
              header(tar, type, header);
              entry(tar, "a", TarConstants.LF_NORMAL, "x");
            }),
        "One of its headers is longer than 1048576 bytes");
  }

  @Test
  void namesTakeRoomToo() throws IOException {
    Content<TarArchiveOutputStream> many =
        tar -> {
          for (int i = 0; i < 5000; i++) {
            entry(tar, "d" + i, TarConstants.LF_DIR, "");
          }
        };

    try (ArchiveStager stager = stager(2_000_000)) {
      assertThatThrownBy(() -> stager.stageUnpacked(tar("x.tar.gz", many).toUri()))
          .isInstanceOf(StagingException.class)
          .hasMessageContaining("spark.lofn.volumes.maxSize allows 2000000");
    }
    assertNothingLeft();
  }

  @Test
  void linksAreNotHeldWhateverTheirNumber() throws IOException {
    Content<TarArchiveOutputStream> many =
        tar -> {
          for (int i = 0; i < 9000; i++) {
            header(tar, TarConstants.LF_GNUTYPE_LONGLINK, "x".repeat(4000).getBytes(UTF_8));
            entry(tar, "l" + i, TarConstants.LF_SYMLINK, "x");
          }
        };

    assertRefused(tar("x.tar.gz", many), "too many symbolic links");
  }

  /** An interrupted task does not need the volume any more. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anInterruptEndsUnpackingAndLeavesNothing(boolean small) throws Exception {
    Path archive =
        tar(
            "x.tar.gz",
            tar -> {
              for (int i = 0; i < (small ? 20_000 : 200); i++) {
                entry(
                    tar,
                    "e" + i,
                    small ? TarConstants.LF_DIR : TarConstants.LF_NORMAL,
                    small ? "" : "0".repeat(1 << 20));
              }
            });
    List<Throwable> thrown = new CopyOnWriteArrayList<>();
    try (ArchiveStager stager = stager(Long.MAX_VALUE)) {
      Thread thread =
          new Thread(
              () -> {
                try (StagedVolume unused = stager.stageUnpacked(archive.toUri())) {
                  thrown.add(new AssertionError("it was staged"));
                } catch (StagingException e) {
                  thrown.add(e);
                }
              });
      thread.start();
      Instant end = Instant.now().plusSeconds(60);
      while (!isBegun()) {
        assertThat(Instant.now()).isBefore(end);
        Thread.onSpinWait();
      }
      thread.interrupt();
      thread.join(60_000);
      assertThat(thread.isAlive()).isFalse();
    }
    assertThat(thrown)
        .singleElement()
        .isInstanceOf(StagingException.class)
        .asString()
        .contains("Interrupted");
    assertNothingLeft();
  }

  private boolean isBegun() throws IOException {
    try (Stream<Path> made = Files.find(node, 3, (path, attributes) -> path.endsWith("e1"))) {
      return made.findAny().isPresent();
    } catch (UncheckedIOException changing) {
      return false;
    }
  }

  /** Returns a record with its length in front, which includes its own two digits. */
  private static byte[] record(String text) {
    return "%d %s\n".formatted(text.length() + 4, text).getBytes(UTF_8);
  }

  private static void header(TarArchiveOutputStream tar, byte[] records) throws IOException {
    header(tar, TarConstants.LF_PAX_EXTENDED_HEADER_LC, records);
  }

  private static void header(TarArchiveOutputStream tar, byte type, byte[] content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry("header", type);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  @Test
  void aTruncatedArchiveIsNotUnpackedByHalf() throws IOException {
    Path archive =
        tar("x.tar.gz", tar -> entry(tar, "a", TarConstants.LF_NORMAL, "0".repeat(100_000)));
    byte[] bytes = Files.readAllBytes(archive);
    Files.write(archive, Arrays.copyOf(bytes, bytes.length / 2));

    assertRefused(archive, "x.tar.gz");
  }

  @Test
  void whatIsNoArchiveIsNamed() throws IOException {
    Path file = Files.writeString(remote.resolve("x.txt"), "x");

    assertRefused(file, "Could not unpack the volume ", ".tar.gz");
    assertRefused(remote, "Could not unpack the volume ");
  }

  private void assertRefused(Path archive, String... words) throws IOException {
    try (ArchiveStager stager = stager(Long.MAX_VALUE)) {
      assertThatThrownBy(() -> stager.stageUnpacked(archive.toUri()))
          .isInstanceOf(StagingException.class)
          .hasMessageContainingAll(words);
    }
    assertNothingLeft();
  }

  private void assertNothingLeft() throws IOException {
    try (Stream<Path> left = Files.list(node)) {
      assertThat(left.filter(Files::isDirectory)).isEmpty();
    }
  }

  private Path unpack(Path archive) {
    try (ArchiveStager stager = stager(Long.MAX_VALUE);
        StagedVolume volume = stager.stageUnpacked(archive.toUri())) {
      return volume.path();
    }
  }

  private ArchiveStager stager(long maxBytes) {
    return (ArchiveStager)
        new HadoopVolumeStagerProvider().create(new StagingConfig(node, maxBytes, Map.of()));
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private Path tar(String name, Content<TarArchiveOutputStream> content) throws IOException {
    Path file = remote.resolve(name);
    OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
    if (!name.endsWith(".tar")) {
      out = new GZIPOutputStream(out);
    }
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      content.into(tar);
    }
    return file;
  }

  private static void entry(TarArchiveOutputStream tar, String name, byte type, String text)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
    byte[] bytes = type == TarConstants.LF_NORMAL ? text.getBytes(UTF_8) : new byte[0];
    entry.setSize(bytes.length);
    entry.setMode(name.startsWith("bin/") ? 0755 : 0644);
    if (type == TarConstants.LF_SYMLINK || type == TarConstants.LF_LINK) {
      entry.setLinkName(text);
    }
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  private Path zip(Content<ZipArchiveOutputStream> content) throws IOException {
    Path file = remote.resolve("x.zip");
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(Files.newOutputStream(file))) {
      content.into(zip);
    }
    return file;
  }

  private static void entry(ZipArchiveOutputStream zip, String name, int mode, String text)
      throws IOException {
    ZipArchiveEntry entry = new ZipArchiveEntry(name);
    entry.setUnixMode(mode);
    zip.putArchiveEntry(entry);
    zip.write(text.getBytes(UTF_8));
    zip.closeArchiveEntry();
  }
}
