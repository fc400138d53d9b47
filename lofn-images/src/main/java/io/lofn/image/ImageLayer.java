package io.lofn.image;

import io.lofn.files.TarHeaders;
import io.lofn.files.UnpackedTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Unpacks one layer of an image over those below it. Devices and named pipes are skipped, and so is
 * everything below {@code dev}: the node's devices replace them.
 */
final class ImageLayer {

  private static final String WHITEOUT = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";
  private static final String DEVICES = "dev";
  private static final int BLOCK = 1 << 16;

  private final Path root;
  private final UnpackedTree tree;
  private final ImageRoom room;
  private final EntryAttributes attributes;
  private final LayerChanges changes;
  private final FileSums sums;
  private final long deadline;
  private final byte[] block = new byte[BLOCK];

  /**
   * @param root the directory of the tree
   * @param owners as for {@link EntryAttributes}
   * @param sums gets those of the files
   * @param deadline as {@link System#nanoTime()} counts
   */
  ImageLayer(
      Path root, UnpackedTree tree, ImageRoom room, boolean owners, FileSums sums, long deadline) {
    this.root = root;
    this.sums = sums;
    this.tree = tree;
    this.room = room;
    this.deadline = deadline;
    attributes = new EntryAttributes(root, owners);
    changes = new LayerChanges(root, tree);
  }

  /**
   * Unpacks the layer, and reads the stream to its end.
   *
   * @param layer the layer, uncompressed
   * @throws IOException if it is not a tar archive, or an entry would leave the image
   */
  @SuppressWarnings(
      "deprecation") // Older versions of the library have only the deprecated methods.
  void unpack(InputStream layer) throws IOException {
    try (TarHeaders headers = new TarHeaders(layer);
        TarArchiveInputStream tar = new TarArchiveInputStream(headers, "UTF-8")) {
      for (TarArchiveEntry entry = tar.getNextTarEntry();
          entry != null;
          entry = tar.getNextTarEntry()) {
        headers.end(entry.getExtraPaxHeaders());
        add(tar, entry);
        headers.begin(entry.isDirectory() ? 0 : entry.getSize() - headers.content());
      }
      while (layer.read(block) >= 0) {
        TimedStream.check(deadline);
      }
      attributes.end();
    } catch (RuntimeException e) {
      throw new IOException("Could not read or create an entry of the layer: " + e, e);
    } catch (IOException e) {
      throw room.explained(e);
    }
  }

  private void add(TarArchiveInputStream tar, TarArchiveEntry entry) throws IOException {
    EntryNames.check(entry.getName());
    EntryNames.check(entry.getLinkName());
    List<String> parts = new ArrayList<>(Arrays.asList(entry.getName().split("/", -1)));
    parts.removeIf(part -> part.isEmpty() || part.equals("."));
    if (parts.isEmpty()) {
      if (entry.isDirectory()) {
        attributes.directory(root, entry);
      }
      return;
    }
    room.take(entry.getName(), entry.isFile() ? entry.getRealSize() : 0);
    boolean device = parts.size() > 1 && parts.get(0).equals(DEVICES);
    String last = parts.get(parts.size() - 1);
    if (device || isNote(parts)) {
      return;
    }
    if (last.startsWith(WHITEOUT)) {
      hide(parts, last, entry.getName());
    } else if (!isSpecial(entry)) {
      create(tar, entry);
    }
  }

  /** Returns whether an entry lies in one of the directories in which aufs kept notes. */
  private static boolean isNote(List<String> parts) {
    return parts.subList(0, parts.size() - 1).stream().anyMatch(each -> each.startsWith(WHITEOUT));
  }

  private void hide(List<String> parts, String last, String name) throws IOException {
    String above = String.join("/", parts.subList(0, parts.size() - 1));
    if (last.equals(OPAQUE)) {
      Optional<Path> directory = tree.findDirectory(above);
      if (directory.isPresent()) {
        changes.empty(directory.get());
      }
      return;
    }
    String hidden = last.substring(WHITEOUT.length());
    if (hidden.isEmpty() || hidden.equals(".") || hidden.equals("..")) {
      throw new IOException(
          "Its entry '%s' would delete the directory above it or one that contains it"
              .formatted(name));
    }
    Optional<Path> path = tree.find(above + "/" + hidden);
    if (path.isPresent()) {
      changes.hide(path.get());
    }
  }

  private void create(TarArchiveInputStream tar, TarArchiveEntry entry) throws IOException {
    String name = entry.getName();
    if (entry.isDirectory()) {
      tree.directory(name, entry.getMode());
      attributes.directory(noted(name), entry);
    } else if (entry.isSymbolicLink()) {
      tree.symbolicLink(name, entry.getLinkName());
      attributes.link(noted(name), entry);
    } else if (entry.isLink()) {
      tree.hardLink(name, entry.getLinkName());
      Path link = noted(name);
      tree.find(entry.getLinkName()).ifPresent(target -> sums.link(link, target));
    } else if (entry.isFile() && tar.canReadEntryData(entry)) {
      Path file = tree.file(name);
      write(tar, file, entry.getRealSize());
      attributes.file(file, entry);
      changes.added(file);
    } else {
      throw new IOException("Its entry '%s' is of an unknown kind".formatted(name));
    }
  }

  private Path noted(String name) throws IOException {
    Path path = tree.find(name).orElseThrow();
    changes.added(path);
    return path;
  }

  /** Writes a file; the holes of a sparse one, which the parser fills with zeros, stay holes. */
  private void write(TarArchiveInputStream tar, Path file, long size) throws IOException {
    boolean sparse = tar.getCurrentEntry().isSparse();
    CRC32C sum = new CRC32C();
    try (SeekableByteChannel channel =
        Files.newByteChannel(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
      long written = 0;
      for (int read = tar.read(block); read >= 0; read = tar.read(block)) {
        TimedStream.check(deadline);
        sum.update(block, 0, read);
        if (sparse && isZero(read)) {
          channel.position(channel.position() + read);
        } else {
          ByteBuffer bytes = ByteBuffer.wrap(block, 0, read);
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
        }
        written += read;
      }
      if (written != size) {
        throw new IOException("Its file '%s' is cut short".formatted(file.getFileName()));
      }
      if (sparse && size > 0 && channel.size() < size) {
        channel.position(size - 1).write(ByteBuffer.allocate(1));
      }
    }
    sums.put(file, sum.getValue());
  }

  private boolean isZero(int length) {
    for (int i = 0; i < length; i++) {
      if (block[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSpecial(TarArchiveEntry entry) {
    return entry.isFIFO() || entry.isCharacterDevice() || entry.isBlockDevice();
  }
}
