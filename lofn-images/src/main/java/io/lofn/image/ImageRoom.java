package io.lofn.image;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** What one image may take of a disk: all that is free but a reserve, and a number of entries. */
final class ImageRoom {

  /** The free space that is left for others on the disk. */
  private static final long RESERVE = 16L << 20;

  /** Ten times the number in large images; a smaller limit than that of the disk's inodes. */
  private static final int MOST_ENTRIES = 2_000_000;

  /** How many bytes may be written before the disk is asked again. */
  private static final long UNASKED = 4L << 20;

  private final FileStore disk;
  private final String setting;
  private long entries;
  private long granted;

  /**
   * @param root a directory on the disk
   * @param setting the key that moves the images to another disk
   */
  ImageRoom(Path root, String setting) throws IOException {
    this.disk = Files.getFileStore(root);
    this.setting = setting;
  }

  /**
   * Takes room for an entry.
   *
   * @throws IOException if there is none
   */
  void take(String name, long bytes) throws IOException {
    if (++entries > MOST_ENTRIES) {
      throw new IOException("It has more than %d entries".formatted(MOST_ENTRIES));
    }
    takeMore("Its entry '" + name + "'", bytes);
  }

  /**
   * Takes room for bytes.
   *
   * @param what what needs them, for the message
   * @throws IOException if there is none
   */
  void takeMore(String what, long bytes) throws IOException {
    if (bytes <= granted) {
      granted -= bytes;
      return;
    }
    long free = disk.getUsableSpace();
    if (bytes > free - RESERVE) {
      throw new NoRoomException(
          "%s needs %d bytes, but the disk of the images has %d bytes left; free space there, or set %s to a directory on a larger disk"
              .formatted(what, bytes, free, setting),
          bytes + RESERVE - free,
          null);
    }
    granted = Math.min(UNASKED, free - RESERVE - bytes);
  }

  /** Returns a failure to write a file, with what to do if the disk is full. */
  IOException explained(IOException failure) {
    return NoRoomException.isMeantBy(failure) && !(failure instanceof NoRoomException)
        ? new NoRoomException(
            "%s; free space (or inodes) there, or set %s to a directory on a larger disk"
                .formatted(failure.getMessage(), setting),
            0,
            failure)
        : failure;
  }
}
