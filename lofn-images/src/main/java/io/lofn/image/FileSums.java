package io.lofn.image;

import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * The checksums of the files of a tree, computed while they were written. Knows paths by a hash of
 * 64 bits each, since an image may have very many. Not thread-safe.
 */
public final class FileSums {

  private static final int SMALLEST = 1 << 10;
  private static final long SUM = 0xffffffffL;
  private static final long LINK = 1L << 32;

  private long[] keys = new long[SMALLEST];
  private long[] sums = new long[SMALLEST];
  private int size;

  /** Creates a table without files. */
  public FileSums() {}

  /** Notes the CRC-32C of a new file. */
  void put(Path file, long sum) {
    set(LayerChanges.key(file), sum);
  }

  /** Notes that a name was given to a file that has one already. */
  void link(Path name, Path target) {
    long sum = get(LayerChanges.key(target));
    if (sum >= 0 && !name.equals(target)) {
      set(LayerChanges.key(name), sum | LINK);
    }
  }

  /**
   * Returns the CRC-32C of a file.
   *
   * @param file its path when it was written
   * @return empty if the file was not written by this image
   */
  public OptionalLong find(Path file) {
    long sum = get(LayerChanges.key(file));
    return sum < 0 ? OptionalLong.empty() : OptionalLong.of(sum & SUM);
  }

  /**
   * Returns whether a name is a hard link to a file that was written under another one, and so
   * takes no room.
   */
  public boolean isLink(Path file) {
    long sum = get(LayerChanges.key(file));
    return sum >= 0 && (sum & LINK) != 0;
  }

  private long get(long key) {
    int slot = slot(keys, key);
    return keys[slot] == key ? sums[slot] : -1;
  }

  private void set(long key, long sum) {
    int slot = slot(keys, key);
    sums[slot] = sum;
    if (keys[slot] == key) {
      return;
    }
    keys[slot] = key;
    if (++size > keys.length / 2) {
      grow();
    }
  }

  private void grow() {
    long[] moreKeys = new long[keys.length * 2];
    long[] moreSums = new long[keys.length * 2];
    for (int i = 0; i < keys.length; i++) {
      if (keys[i] != 0) {
        int slot = slot(moreKeys, keys[i]);
        moreKeys[slot] = keys[i];
        moreSums[slot] = sums[i];
      }
    }
    keys = moreKeys;
    sums = moreSums;
  }

  private static int slot(long[] table, long key) {
    return LayerChanges.slot(table, key);
  }
}
