package io.lofn.runtime.cli;

import io.lofn.files.UnpackedTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Puts one layer of an image onto those below it. Devices and named pipes are passed over, as all
 * below {@code dev} is: the node's take their place.
 */
final class ImageLayer {

  private static final String WHITEOUT = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";
  private static final String DEVICES = "dev";

  private final UnpackedTree tree;
  private final Source source;

  /** Where the layer is read from, uncompressed, as often as it is needed. */
  @FunctionalInterface
  interface Source {
    InputStream open() throws IOException;
  }

  ImageLayer(UnpackedTree tree, Source source) {
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

  private void forEach(Action action) throws IOException {
    try (TarArchiveInputStream tar = new TarArchiveInputStream(source.open(), "UTF-8")) {
      for (TarArchiveEntry entry = tar.getNextTarEntry();
          entry != null;
          entry = tar.getNextTarEntry()) {
        List<String> parts = new ArrayList<>(List.of(entry.getName().split("/", -1)));
        parts.removeIf(part -> part.isEmpty() || part.equals("."));
        boolean device = parts.size() > 1 && parts.get(0).equals(DEVICES);
        if (!parts.isEmpty() && !device) {
          action.on(tar, entry, parts);
        }
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
