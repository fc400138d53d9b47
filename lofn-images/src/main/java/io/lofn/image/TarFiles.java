package io.lofn.image;

import io.lofn.files.TarHeaders;
import io.lofn.spi.BlockInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * The files of a tar file, which is not unpacked: its headers are read once, and say where each
 * file begins. Links are followed inside the archive, since engines write a layer that two images
 * share only once.
 */
final class TarFiles implements ArchiveFiles {

  /** Many times more than the layers, manifests and directories of all images of an archive. */
  private static final int MOST_ENTRIES = 100_000;

  private static final int MOST_BYTES_OF_NAMES = 16 << 20;

  private static final int MOST_LINKS = 8;
  private static final int BUFFER = 1 << 16;

  private final Path archive;
  private final Map<String, Slice> slices = new HashMap<>();
  private final Map<String, String> links = new HashMap<>();

  /** The bytes of a file in the archive. */
  private record Slice(long start, long length) {}

  private TarFiles(Path archive) {
    this.archive = archive;
  }

  /**
   * Reads the headers of an archive.
   *
   * @param archive the file, uncompressed
   * @param deadline as {@link System#nanoTime()} counts
   */
  static TarFiles index(Path archive, long deadline) throws IOException {
    TarFiles files = new TarFiles(archive);
    try (FileChannel channel = FileChannel.open(archive)) {
      files.index(channel, deadline);
    } catch (RuntimeException e) {
      throw new IOException("it is no tar file, or a damaged one: " + e, e);
    }
    return files;
  }

  @SuppressWarnings(
      "deprecation") // Older versions of the library have only the deprecated methods.
  private void index(FileChannel channel, long deadline) throws IOException {
    TarHeaders headers =
        new TarHeaders(new TimedStream(Channels.newInputStream(channel), deadline));
    try (TarArchiveInputStream tar = new TarArchiveInputStream(headers, "UTF-8")) {
      int entries = 0;
      long names = 0;
      for (TarArchiveEntry entry = tar.getNextTarEntry();
          entry != null;
          entry = tar.getNextTarEntry()) {
        if (++entries > MOST_ENTRIES) {
          throw new IOException("it has more than " + MOST_ENTRIES + " entries");
        }
        names += EntryNames.check(entry.getName()) + EntryNames.check(entry.getLinkName());
        if (names > MOST_BYTES_OF_NAMES) {
          throw new IOException(
              "the names in it have more than %d bytes together".formatted(MOST_BYTES_OF_NAMES));
        }
        headers.end(entry.getExtraPaxHeaders());
        add(entry, channel.position(), channel.size());
        headers.begin(entry.isDirectory() ? 0 : entry.getSize());
      }
    }
  }

  private void add(TarArchiveEntry entry, long start, long end) throws IOException {
    List<String> parts = parts(List.of(), entry.getName());
    if (parts.isEmpty()) {
      return;
    }
    String name = String.join("/", parts);
    slices.remove(name);
    links.remove(name);
    if (entry.isSymbolicLink()) {
      List<String> above = parts.subList(0, parts.size() - 1);
      links.put(name, String.join("/", parts(above, entry.getLinkName())));
    } else if (entry.isLink()) {
      links.put(name, String.join("/", parts(List.of(), entry.getLinkName())));
    } else if (entry.isFile() && !entry.isSparse()) {
      if (entry.getSize() > end - start) {
        throw new IOException("it is cut short in its file " + name);
      }
      slices.put(name, new Slice(start, entry.getSize()));
    }
  }

  /** Resolves a name inside the archive; above its top there is nothing. */
  private static List<String> parts(List<String> above, String name) {
    List<String> parts = new ArrayList<>(name.startsWith("/") ? List.of() : above);
    for (String part : name.split("/", -1)) {
      if (part.equals("..")) {
        if (!parts.isEmpty()) {
          parts.remove(parts.size() - 1);
        }
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return parts;
  }

  private Slice find(String name) throws IOException {
    String path = String.join("/", parts(List.of(), name));
    for (int i = 0; i < MOST_LINKS; i++) {
      Slice slice = slices.get(path);
      if (slice != null) {
        return slice;
      }
      String target = links.get(path);
      if (target == null) {
        break;
      }
      path = target;
    }
    throw ArchiveFiles.missing(name);
  }

  @Override
  public boolean has(String name) {
    try {
      return find(name).length() >= 0;
    } catch (IOException notThere) {
      return false;
    }
  }

  @Override
  @SuppressWarnings("StreamResourceLeak") // The caller closes it.
  public InputStream open(String name) throws IOException {
    Slice slice = find(name);
    FileChannel channel = FileChannel.open(archive, StandardOpenOption.READ);
    return new BufferedInputStream(new SliceStream(channel, slice), BUFFER);
  }

  @Override
  public void close() {
    // Nothing is open.
  }

  /** Reads a part of a file. */
  private static final class SliceStream extends BlockInputStream {

    private final FileChannel channel;
    private long position;
    private long left;

    SliceStream(FileChannel channel, Slice slice) {
      this.channel = channel;
      position = slice.start();
      left = slice.length();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int wanted = (int) Math.min(length, left);
      int read = channel.read(ByteBuffer.wrap(bytes, offset, wanted), position);
      if (read < 0) {
        throw new IOException("it is cut short");
      }
      position += read;
      left -= read;
      return read;
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
