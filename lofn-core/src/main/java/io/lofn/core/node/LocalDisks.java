package io.lofn.core.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Tells which file systems belong to one machine alone. */
public final class LocalDisks {

  /** Types that are never shared; a type that is not known here may be shared. */
  private static final Set<String> TYPES =
      Set.of(
          "ext2",
          "ext3",
          "ext4",
          "xfs",
          "btrfs",
          "zfs",
          "f2fs",
          "jfs",
          "bcachefs",
          "tmpfs",
          "ramfs",
          "overlay",
          "apfs",
          "hfs");

  private LocalDisks() {}

  /** Returns whether a directory lies on a disk, or in the memory, of this machine alone. */
  public static boolean has(Path directory) {
    try {
      return isLocal(Files.getFileStore(directory).type());
    } catch (IOException e) {
      return false;
    }
  }

  static boolean isLocal(String type) {
    return TYPES.contains(type);
  }
}
