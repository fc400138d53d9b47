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
 * Unpacks one layer of an image over those below it. Devices and named pipes are skipped, and so is
 * everything below {@code dev}: the node's devices replace them.
 */
final class ImageLayer {

  private static final String WHITEOUT = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";
  private static final String DEVICES = "dev";

  /** The free space that is left for others on the disk. */
  private static final long RESERVE = 16L << 20;

  private final Path root;
  private final UnpackedTree tree;
  private final Source source;
  private @Nullable FileStore disk;

  /** Opens the layer, uncompressed; may be called several times. */
  @FunctionalInterface
  interface Source {
    InputStream open() throws IOException;
  }

  /**
   * @param root the directory of the tree
   */
  ImageLayer(Path root, UnpackedTree tree, Source source) {
    this.root = root;
    this.tree = tree;
    this.source = source;
  }

  /**
   * Unpacks the layer. Files of lower layers that it deletes (whiteouts) are removed first: a
   * whiteout does not apply to the layer's own files.
   *
   * @throws IOException if it is not a tar archive, or an entry would leave the image
   */
  void unpack() throws IOException {
    forEach((tar, entry, parts) -> hide(parts));
    forEach(this::add);
  }

  @SuppressWarnings(
      "deprecation") // Older versions of the library have only the deprecated methods.
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
      throw new IOException("Could not read or create an entry of the layer: " + e, e);
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

  /**
   * Refuses sparse files: no engine writes them into layers, and a few bytes could expand to very
   * many zeros.
   */
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
          "Its entry '%s' needs %d bytes, but the disk of the images has %d bytes left; free space there, or set spark.lofn.cli.images to a directory on a larger disk"
              .formatted(entry.getName(), entry.getSize(), free));
    }
  }

  private static boolean isSpecial(TarArchiveEntry entry) {
    return entry.isFIFO() || entry.isCharacterDevice() || entry.isBlockDevice();
  }

  /** The action for one entry. */
  @FunctionalInterface
  private interface Action {
    void on(TarArchiveInputStream tar, TarArchiveEntry entry, List<String> parts)
        throws IOException;
  }
}
