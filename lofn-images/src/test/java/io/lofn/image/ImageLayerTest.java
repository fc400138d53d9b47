package io.lofn.image;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_DIR;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_GNUTYPE_LONGLINK;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_GNUTYPE_LONGNAME;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_NORMAL;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_PAX_EXTENDED_HEADER_LC;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_PAX_GLOBAL_EXTENDED_HEADER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.FileNames;
import io.lofn.files.UnpackedTree;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipEncodingHelper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ImageLayerTest {

  private static final long LATER = 1L << 42;

  @TempDir private Path directory;
  private Path root;

  @BeforeEach
  void makeARoot() throws IOException {
    root = Files.createDirectory(directory.resolve("root"));
  }

  private void unpack(InputStream layer) throws IOException {
    UnpackedTree tree = new UnpackedTree(root, FileNames::resolve).followingLinks();
    ImageRoom room = new ImageRoom(root, "spark.lofn.the.key");
    new ImageLayer(root, tree, room, false, new FileSums(), System.nanoTime() + LATER)
        .unpack(layer);
  }

  /**
   * A header of each kind that the parser keeps in memory, after an entry that claims to have
   * content.
   */
  @ParameterizedTest
  @ValueSource(bytes = {LF_GNUTYPE_LONGNAME, LF_GNUTYPE_LONGLINK, LF_PAX_EXTENDED_HEADER_LC})
  void aHeaderOfAnyLengthIsRefusedBeforeItIsInMemory(byte type) throws Exception {
    for (boolean hidden : List.of(false, true)) {
      long length = 1L << 30;
      AtomicLong read = new AtomicLong();
      ByteArrayOutputStream start = new ByteArrayOutputStream();
      if (hidden) {
        start.write(header("d/", LF_DIR, 1L << 40));
      }
      start.write(header("header", type, length));
      InputStream layer =
          new SequenceInputStream(
              new ByteArrayInputStream(start.toByteArray()), new Zeros(length, read));

      assertThatThrownBy(() -> unpack(layer))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("header");
      assertThat(read.get()).isLessThan(8L << 20);
    }
  }

  /** A parser hands those of the whole archive to each entry after them. */
  @Test
  void theExtendedHeadersOfAllEntriesTogetherAreLimited() throws Exception {
    ByteArrayOutputStream layer = new ByteArrayOutputStream();
    for (String key : List.of("one", "two", "three")) {
      byte[] record = record(key, "v".repeat(400_000));
      layer.write(header("g", LF_PAX_GLOBAL_EXTENDED_HEADER, record.length));
      layer.write(Arrays.copyOf(record, (record.length + 511) / 512 * 512));
      layer.write(header(key, LF_NORMAL, 0));
    }
    assertThatThrownBy(() -> unpack(new ByteArrayInputStream(layer.toByteArray())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("extended headers are longer");
    assertThat(root).isDirectoryContaining("glob:**/two").isDirectoryNotContaining("glob:**/three");
  }

  private static byte[] record(String key, String value) {
    String body = " " + key + "=" + value + "\n";
    int digits = Integer.toString(body.length()).length();
    return (body.length() + digits + body).getBytes(US_ASCII);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--format=gnu", "--format=posix --sparse-version=0.1", "--format=posix"})
  void aSparseFileIsWrittenWithItsHoles(String format) throws Exception {
    sh("truncate -s 300M hole; echo x >> hole; truncate -s 301M hole");
    sh("tar --sparse %s -cf hole.tar hole".formatted(format));

    try (InputStream layer = Files.newInputStream(directory.resolve("hole.tar"))) {
      unpack(layer);
    }

    assertThat(Files.mismatch(root.resolve("hole"), directory.resolve("hole"))).isEqualTo(-1);
    assertThat(blocks(root.resolve("hole"))).isLessThan(1000);
  }

  private long blocks(Path file) throws Exception {
    Process process = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    return Long.parseLong(
        new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
            .strip());
  }

  /** Their paths would take 18 MB; the directories that are passed over keep later times. */
  @Test
  void theTimesOfDirectoriesAreHeldForSomeMegabytesOfPathsOnly() throws Exception {
    String deep = ("d".repeat(200) + "/").repeat(18);
    byte[] entry = directoryEntry(deep);
    ByteArrayOutputStream layer = new ByteArrayOutputStream();
    layer.write(directoryEntry("first/"));
    for (int i = 0; i < 5000; i++) {
      layer.write(entry);
    }
    layer.write(directoryEntry("late/"));

    unpack(new ByteArrayInputStream(layer.toByteArray()));

    assertThat(Files.getLastModifiedTime(root.resolve("first")).toMillis()).isZero();
    assertThat(Files.getLastModifiedTime(root.resolve(deep)).toMillis()).isZero();
    assertThat(Files.getLastModifiedTime(root.resolve("late")).toMillis()).isPositive();
  }

  private static byte[] directoryEntry(String name) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
    TarArchiveEntry entry = new TarArchiveEntry(name, LF_DIR, true);
    entry.setModTime(0);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
    tar.flush(); // without the end of an archive
    return bytes.toByteArray();
  }

  @Test
  void aFileThatTheDiskHasNoRoomForIsRefusedBeforeItIsWritten() throws Exception {
    byte[] start = header("large", LF_NORMAL, 1L << 50);
    InputStream layer =
        new SequenceInputStream(new ByteArrayInputStream(start), new Zeros(0, new AtomicLong()));

    assertThatThrownBy(() -> unpack(layer))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("free space there, or set spark.lofn.the.key");
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void anInterruptEndsTheUnpacking() throws Exception {
    InputStream zeros = new Zeros(1, new AtomicLong());
    try (TimedStream in = new TimedStream(zeros, System.nanoTime() + LATER)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> in.read(new byte[1])).isInstanceOf(ClosedByInterruptException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private void sh(String script) throws Exception {
    Process process = new ProcessBuilder("sh", "-ec", script).directory(directory.toFile()).start();
    assertThat(process.waitFor()).isZero();
  }

  private static byte[] header(String name, byte type, long length) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
    entry.setSize(length);
    byte[] header = new byte[TarConstants.DEFAULT_RCDSIZE];
    entry.writeEntryHeader(header, ZipEncodingHelper.getZipEncoding("UTF-8"), true);
    return header;
  }

  /** Zeros, which are counted as they are read. */
  private static final class Zeros extends InputStream {

    private final AtomicLong read;
    private long left;

    Zeros(long length, AtomicLong read) {
      this.left = length;
      this.read = read;
    }

    @Override
    public int read() {
      read.incrementAndGet();
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      int given = (int) Math.min(left, length);
      Arrays.fill(bytes, offset, offset + given, (byte) 0);
      left -= given;
      read.addAndGet(given);
      return given == 0 && length > 0 ? -1 : given;
    }
  }
}
