package io.lofn.image;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.lofn.files.UnpackedTree;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Deletes what a layer hides of those below it (whiteouts), and nothing of the layer itself,
 * wherever in the layer a whiteout stands. So it knows which paths the layer has added: by a hash
 * of 64 bits each, since a layer may have very many. Not thread-safe.
 */
final class LayerChanges {

  private static final int SMALLEST = 1 << 10;
  private static final long FACTOR = 0x9e3779b97f4a7c15L;

  private final Path root;
  private final UnpackedTree tree;
  private long[] table = new long[SMALLEST];
  private int size;
  private Path lastParent;

  LayerChanges(Path root, UnpackedTree tree) {
    this.root = root;
    this.tree = tree;
    this.lastParent = root;
  }

  /** Notes that the layer has added a path; it and its parents belong to the layer, too. */
  void added(Path path) {
    add(key(path));
    Path parent = path.getParent();
    if (parent != null && !parent.equals(lastParent)) {
      lastParent = parent;
      for (Path each = parent; each != null && !each.equals(root); each = each.getParent()) {
        add(key(each));
      }
    }
  }

  /** Deletes what lower layers have at a path. */
  void hide(Path path) throws IOException {
    if (!has(key(path))) {
      tree.delete(path); // nothing of the layer is below it
    } else if (Files.isDirectory(path, NOFOLLOW_LINKS)) {
      empty(path);
    }
  }

  /** Deletes what lower layers have in a directory. */
  void empty(Path directory) throws IOException {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
      all.forEach(children::add);
    }
    for (Path child : children) {
      hide(child);
    }
  }

  /**
   * Returns a hash that does not depend on the locale alone: in the locale C the texts of different
   * names may be equal, and the hash codes of their bytes are not.
   */
  static long key(Path path) {
    String text = path.toString();
    long hash = path.hashCode();
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * FACTOR;
      hash ^= hash >>> 29;
    }
    return hash == 0 ? 1 : hash;
  }

  private boolean has(long key) {
    return table[slot(table, key)] == key;
  }

  private void add(long key) {
    int slot = slot(table, key);
    if (table[slot] == key) {
      return;
    }
    table[slot] = key;
    if (++size > table.length / 2) {
      long[] larger = new long[table.length * 2];
      for (long each : table) {
        if (each != 0) {
          larger[slot(larger, each)] = each;
        }
      }
      table = larger;
    }
  }

  /** Returns where a key is in a table, or is to be put. */
  static int slot(long[] table, long key) {
    int slot = (int) (key >>> 32) & (table.length - 1);
    while (table[slot] != 0 && table[slot] != key) {
      slot = (slot + 1) & (table.length - 1);
    }
    return slot;
  }
}
