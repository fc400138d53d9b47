package io.lofn.hdfs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.UUID;

/**
 * A file that marks a copy for other processes as long as this process lives: it is locked, and the
 * lock ends with the process. Its name contains the process, because a process that opens the file
 * again to test the lock, and closes it, loses the lock.
 */
final class Mark implements AutoCloseable {

  private static final String PROCESS =
      "%d-%d"
          .formatted(
              ProcessHandle.current().pid(),
              ProcessHandle.current().info().startInstant().map(Instant::toEpochMilli).orElse(0L));

  private final Path path;
  private final FileChannel channel;

  private Mark(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Sets a mark. Must be called under the lock of the cache, so that no other process sees the file
   * before it is locked.
   */
  static Mark set(Path directory, String kind, long number) throws IOException {
    Path path = directory.resolve("%s-%s-%s".formatted(kind, PROCESS, UUID.randomUUID()));
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    Mark mark = new Mark(path, channel);
    boolean set = false;
    try {
      channel.lock();
      mark.write(number);
      set = true;
      return mark;
    } finally {
      if (!set) {
        mark.close();
      }
    }
  }

  /**
   * Returns whether the process that set a mark is alive and has not removed it. Must be called
   * under the cache's lock.
   */
  static boolean holds(Path mark) throws IOException {
    if (mark.getFileName().toString().contains("-" + PROCESS + "-")) {
      return Files.exists(mark);
    }
    try (FileChannel channel = FileChannel.open(mark, StandardOpenOption.WRITE)) {
      return channel.tryLock() == null;
    } catch (NoSuchFileException takenAway) {
      return false;
    }
  }

  /**
   * Returns a text that changes as long as the process that set a mark makes progress; it names the
   * process.
   */
  static String progress(Path mark) throws IOException {
    try {
      return mark.getFileName() + " " + Files.getLastModifiedTime(mark);
    } catch (NoSuchFileException takenAway) {
      return "";
    }
  }

  /** Returns the number in a mark. */
  static long read(Path mark) throws IOException {
    String own = System.getProperty(property(mark));
    if (own != null) {
      return Long.parseLong(own);
    }
    try {
      return Long.parseLong(Files.readString(mark).strip());
    } catch (NoSuchFileException takenAway) {
      return 0;
    }
  }

  /**
   * The number of a mark of this process is kept here, too: to open its file and close it would end
   * the lock, as with every lock of POSIX. A system property, since two class loaders of a process
   * may load this class.
   */
  private static String property(Path mark) {
    return "io.lofn.hdfs.Mark " + mark.getFileName();
  }

  /** Replaces the number in the mark; the new one must not have fewer digits. */
  void write(long number) throws IOException {
    System.setProperty(property(path), Long.toString(number));
    channel.write(ByteBuffer.wrap(Long.toString(number).getBytes(UTF_8)), 0);
  }

  /**
   * Signals progress to the tasks that wait, by the time of the file. By writing it: setting it
   * opens the file.
   */
  void touch() throws IOException {
    write(read(path));
  }

  /** Removes the mark. Idempotent. */
  @Override
  public void close() throws IOException {
    if (channel.isOpen()) {
      try (channel) {
        Files.deleteIfExists(path);
      } finally {
        System.clearProperty(property(path));
      }
    }
  }
}
