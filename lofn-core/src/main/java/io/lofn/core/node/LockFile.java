package io.lofn.core.node;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
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
 * A file that this process has locked, and that contains its pid. It is deleted when nobody holds
 * it.
 */
final class LockFile {

  /** The file is a hole, except for the pid at its beginning. */
  private static final long MOST_LENGTH = 1L << 40;

  private static final int MOST_DIGITS = 20;

  private final Path path;
  private final FileChannel channel;

  private LockFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Locks a file, or returns at once if another process has locked it.
   *
   * @throws IOException if it cannot be made, or an existing one is not a regular file of this user
   */
  static Optional<LockFile> tryLock(Path path) throws IOException {
    // An existing path may be a named pipe of another user, and opening it would block.
    requireOwn(path);
    FileChannel channel =
        FileChannel.open(
            path,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
    boolean held = false;
    try {
      held = requireOwn(path) && isLocked(channel) && isAt(path, channel);
    } finally {
      if (!held) {
        channel.close();
      }
    }
    return held ? Optional.of(new LockFile(path, channel)) : Optional.empty();
  }

  /** Returns whether a file exists, which must then be this user's. */
  private static boolean requireOwn(Path path) throws IOException {
    try {
      if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
          && Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(path + " is not a regular file");
      }
      if (!ProcessUser.current().owns(path)) {
        throw new IOException("%s belongs to user %d".formatted(path, ProcessUser.ownerOf(path)));
      }
      return true;
    } catch (NoSuchFileException notThere) {
      return false;
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException heldInThisJvm) {
      return false;
    }
  }

  /**
   * Returns whether the locked file is still the one at the path. The previous holder may have
   * deleted it after it was opened here: then this lock protects nothing. Tells by a length that no
   * other file has. Opening the file once more would release the lock, since POSIX drops a
   * process's locks with the first descriptor that it closes.
   */
  private static boolean isAt(Path path, FileChannel channel) throws IOException {
    long length = ThreadLocalRandom.current().nextLong(MOST_DIGITS, MOST_LENGTH);
    channel.truncate(0);
    channel.write(ByteBuffer.allocate(1), length - 1);
    try {
      if (Files.size(path) != length) {
        return false;
      }
    } catch (NoSuchFileException deleted) {
      return false;
    }
    String process = Long.toString(ProcessHandle.current().pid());
    channel.write(ByteBuffer.wrap(process.getBytes(ISO_8859_1)), 0);
    return true;
  }

  /**
   * Returns the pid of the process that holds a file, as that process sees it; empty if unknown. Do
   * not call it in a process that holds the file: it would release the lock.
   */
  static Optional<String> holderOf(Path path) {
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
      String process = new String(in.readNBytes(MOST_DIGITS), ISO_8859_1).replace("\0", "");
      return process.matches("\\d+") ? Optional.of(process) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  Path path() {
    return path;
  }

  /**
   * Releases the lock.
   *
   * @throws IOException if the file could not be deleted; others can lock it nevertheless
   */
  void close() throws IOException {
    try (channel) {
      Files.deleteIfExists(path);
    }
  }
}
