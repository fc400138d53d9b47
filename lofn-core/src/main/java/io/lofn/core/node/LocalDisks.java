package io.lofn.core.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Which file systems one machine has for itself. */
public final class LocalDisks {

  /** Not those that may be shared: a type that nobody knows here may be, too. */
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

  /** Whether a directory lies on a disk, or in the memory, of this machine alone. */
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
