package io.lofn.hdfs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.UUID;

/**
 * A file that tells other processes something as long as this one lives: it is locked, and the lock
 * goes with the process. Its name tells the process, because a process that opens a file once more
 * to look at its lock, and closes it, loses that lock.
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

  /** Sets a mark of a kind; under the lock of the cache, so that nobody sees it without its own. */
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
   * Whether the process that set a mark lives and has not taken it away; under the cache's lock.
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

  /** Changes as long as the process that set a mark goes on; its name tells the process. */
  static String progress(Path mark) throws IOException {
    try {
      return mark.getFileName() + " " + Files.getLastModifiedTime(mark);
    } catch (NoSuchFileException takenAway) {
      return "";
    }
  }

  /** The number that a mark carries. */
  static long read(Path mark) throws IOException {
    try {
      return Long.parseLong(Files.readString(mark).strip());
    } catch (NoSuchFileException takenAway) {
      return 0;
    }
  }

  /** Lets the mark carry another number, which is never a shorter one. */
  void write(long number) throws IOException {
    channel.write(ByteBuffer.wrap(Long.toString(number).getBytes(UTF_8)), 0);
  }

  /** Tells those who wait for what is marked that it goes on. */
  void touch() throws IOException {
    Files.setLastModifiedTime(path, FileTime.from(Instant.now()));
  }

  /** Takes the mark away. Idempotent. */
  @Override
  public void close() throws IOException {
    if (channel.isOpen()) {
      try (channel) {
        Files.deleteIfExists(path);
      }
    }
  }
}
