package io.lofn.hdfs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives one thread of one process of the node at a time access to a cache. The lock is held for
 * moments, never while data is copied. A waiting thread can be interrupted, and fails after two
 * minutes.
 */
final class CacheLock {

  /** Many times longer than any action takes. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final long POLL_MILLIS = 10;
  private static final int MOST_DIGITS = 20;

  /** An action under the lock; it must not take the lock again. */
  interface Action<T> {
    T run() throws IOException;
  }

  private final Path directory;
  private final Path file;
  private final Duration patience;

  /**
   * A file lock holds between processes only, and closing a second channel would drop it for all.
   * Interned, since two class loaders of a process may load this class. While a thread holds the
   * lock, the system property of this name has the thread's name: class loaders share system
   * properties, too.
   */
  private final String monitor;

  CacheLock(Path directory) throws IOException {
    this(directory, PATIENCE);
  }

  CacheLock(Path directory, Duration patience) throws IOException {
    this.directory = directory.toRealPath();
    this.patience = patience;
    file = this.directory.resolve("lock");
    monitor = ("io.lofn.hdfs.CacheLock " + this.directory).intern();
  }

  /**
   * Runs an action when no other thread or process holds the lock.
   *
   * @throws FileLockInterruptionException if the thread is interrupted while it waits
   * @throws IOException from the action, or if others hold the lock for too long
   */
  <T> T with(Action<T> action) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      enter(deadline);
      try (FileChannel channel = open()) {
        lock(channel, deadline);
        return action.run();
      } finally {
        leave();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FileLockInterruptionException();
    }
  }

  /** Runs an action that must run although the thread was interrupted, such as clean-up. */
  <T> T withInterruptsHeldBack(Action<T> action) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      return with(action);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void enter(long deadline) throws IOException, InterruptedException {
    synchronized (monitor) {
      for (String inside = inside(); inside != null; inside = inside()) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw held("the thread '" + inside + "' of this process");
        }
        NANOSECONDS.timedWait(monitor, Math.max(left, MILLISECONDS.toNanos(1)));
      }
      System.setProperty(monitor, Thread.currentThread().getName());
    }
  }

  private @Nullable String inside() {
    return System.getProperty(monitor);
  }

  private void leave() {
    synchronized (monitor) {
      System.clearProperty(monitor);
      monitor.notifyAll();
    }
  }

  private FileChannel open() throws IOException {
    return FileChannel.open(
        file,
        Set.of(
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS));
  }

  /** Takes the file lock; closing the channel releases it. */
  private void lock(FileChannel channel, long deadline) throws IOException, InterruptedException {
    while (!isLocked(channel)) {
      if (System.nanoTime() >= deadline) {
        throw held("process " + read(channel) + " of this node");
      }
      MILLISECONDS.sleep(POLL_MILLIS);
    }
    String process = Long.toString(ProcessHandle.current().pid());
    channel.truncate(0);
    channel.write(ByteBuffer.wrap(process.getBytes(ISO_8859_1)), 0);
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException somebodyElsesOfThisProcess) {
      return false;
    }
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer process = ByteBuffer.allocate(MOST_DIGITS);
    channel.read(process, 0);
    return new String(process.array(), 0, process.position(), ISO_8859_1);
  }

  private IOException held(String who) {
    return new IOException(
        "%s has held the lock of the volumes in %s for more than %s; if it hangs, end it, or set spark.lofn.volumes.dir to another directory"
            .formatted(who, directory, patience));
  }
}
