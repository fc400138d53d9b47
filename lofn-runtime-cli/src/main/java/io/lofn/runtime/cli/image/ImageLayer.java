package io.lofn.runtime.cli.image;

import io.lofn.files.TarHeaders;
import io.lofn.files.UnpackedTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Puts one layer of an image onto those below it. Devices and named pipes are passed over, as all
 * below {@code dev} is: the node's take their place.
 */
final class ImageLayer {

  private static final String WHITEOUT = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";
  private static final String DEVICES = "dev";

  /** What is left to others on the disk. */
  private static final long RESERVE = 16L << 20;

  private final Path root;
  private final UnpackedTree tree;
  private final Source source;
  private @Nullable FileStore disk;

  /** Where the layer is read from, uncompressed, as often as it is needed. */
  @FunctionalInterface
  interface Source {
    InputStream open() throws IOException;
  }

  /**
   * @param root where the tree lies
   */
  ImageLayer(Path root, UnpackedTree tree, Source source) {
    this.root = root;
    this.tree = tree;
    this.source = source;
  }

  /**
   * Unpacks the layer. What it hides of those below goes first: it does not hide its own.
   *
   * @throws IOException if it is no tar archive, or something in it would leave the image
   */
  void unpack() throws IOException {
    forEach((tar, entry, parts) -> hide(parts));
    forEach(this::add);
  }

  @SuppressWarnings("deprecation") // What it deprecates is all that its older versions have.
  private void forEach(Action action) throws IOException {
    try (TarHeaders headers = new TarHeaders(source.open());
        TarArchiveInputStream tar = new TarArchiveInputStream(headers, "UTF-8")) {
      for (TarArchiveEntry entry = tar.getNextTarEntry();
          entry != null;
          entry = tar.getNextTarEntry()) {
        headers.end();
        List<String> parts = new ArrayList<>(List.of(entry.getName().split("/", -1)));
        parts.removeIf(part -> part.isEmpty() || part.equals("."));
        boolean device = parts.size() > 1 && parts.get(0).equals(DEVICES);
        if (!parts.isEmpty() && !device) {
          requireWhole(entry);
          requireRoom(entry);
          action.on(tar, entry, parts);
        }
        headers.begin(entry.isDirectory() ? 0 : entry.getSize() - headers.content());
      }
    } catch (RuntimeException e) {
      throw new IOException("It has an entry that cannot be read, or made: " + e, e);
    }
  }

  private void hide(List<String> parts) throws IOException {
    String last = parts.get(parts.size() - 1);
    String above = String.join("/", parts.subList(0, parts.size() - 1));
    if (last.equals(OPAQUE)) {
      tree.empty(above);
    } else if (last.startsWith(WHITEOUT)) {
      tree.delete(above + "/" + last.substring(WHITEOUT.length()));
    }
  }

  private void add(TarArchiveInputStream tar, TarArchiveEntry entry, List<String> parts)
      throws IOException {
    String name = entry.getName();
    if (parts.get(parts.size() - 1).startsWith(WHITEOUT) || isSpecial(entry)) {
      return;
    }
    if (entry.isDirectory()) {
      tree.directory(name, entry.getMode());
    } else if (entry.isSymbolicLink()) {
      tree.symbolicLink(name, entry.getLinkName());
    } else if (entry.isLink()) {
      tree.hardLink(name, entry.getLinkName());
    } else if (entry.isFile() && tar.canReadEntryData(entry)) {
      Path file = tree.file(name);
      Files.copy(tar, file);
      UnpackedTree.permitFile(file, entry.getMode());
      Files.setLastModifiedTime(file, entry.getLastModifiedTime());
    } else {
      throw new IOException("Its entry '%s' is of an unknown kind".formatted(name));
    }
  }

  /** No engine writes holes into layers, and few bytes could tell of many zeros. */
  private static void requireWhole(TarArchiveEntry entry) throws IOException {
    if (entry.isSparse()) {
      throw new IOException(
          "Its entry '%s' is a sparse file, which layers of images do not have; pack the image anew"
              .formatted(entry.getName()));
    }
  }

  private void requireRoom(TarArchiveEntry entry) throws IOException {
    if (disk == null) {
      disk = Files.getFileStore(root);
    }
    long free = disk.getUsableSpace();
    if (!entry.isDirectory() && entry.getSize() > free - RESERVE) {
      throw new IOException(
          "Its entry '%s' has %d bytes, and the disk of the images %d left; make room there, or set spark.lofn.cli.images to a larger one"
              .formatted(entry.getName(), entry.getSize(), free));
    }
  }

  private static boolean isSpecial(TarArchiveEntry entry) {
    return entry.isFIFO() || entry.isCharacterDevice() || entry.isBlockDevice();
  }

  /** What is done with an entry, whose name has these parts. */
  @FunctionalInterface
  private interface Action {
    void on(TarArchiveInputStream tar, TarArchiveEntry entry, List<String> parts)
        throws IOException;
  }
}
