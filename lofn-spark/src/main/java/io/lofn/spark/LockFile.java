package io.lofn.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file that this process has locked. It is gone when nobody holds it, and so is its directory.
 */
final class LockFile {

  /** All of it is a hole. */
  private static final long MOST_LENGTH = 1L << 40;

  private final Path path;
  private final FileChannel channel;

  private LockFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /** Locks a file, or tells at once that another process has it. */
  static Optional<LockFile> tryLock(Path path) throws IOException {
    // Somebody else may have planted a link in a directory that all users write.
    FileChannel channel =
        FileChannel.open(
            path,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
    boolean held = false;
    try {
      held = isLocked(channel) && isAt(path, channel);
    } finally {
      if (!held) {
        channel.close();
      }
    }
    return held ? Optional.of(new LockFile(path, channel)) : Optional.empty();
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException heldInThisJvm) {
      return false;
    }
  }

  /**
   * Who held it may have deleted it after it was opened here: then this is the lock of nobody. Told
   * by a length that no other file has; to open the file once more would let go of the lock, since
   * POSIX drops a process's locks with the first descriptor that it closes.
   */
  private static boolean isAt(Path path, FileChannel channel) throws IOException {
    long length = ThreadLocalRandom.current().nextLong(1, MOST_LENGTH);
    channel.truncate(0);
    channel.write(ByteBuffer.allocate(1), length - 1);
    try {
      return Files.size(path) == length;
    } catch (NoSuchFileException deleted) {
      return false;
    }
  }

  void close() {
    try (channel) {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot let go of " + path, e);
    }
  }
}
