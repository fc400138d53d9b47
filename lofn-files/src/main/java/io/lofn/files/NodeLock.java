package io.lofn.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A lock on a directory that one thread of one process of the node holds at a time. The lock of a
 * process that dies is free at once. Thread-safe; not reentrant.
 */
public final class NodeLock {

  private static final long POLL_MILLIS = 10;
  private static final int MOST_DIGITS = 20;

  private final Path file;

  /**
   * A file lock holds between processes only, and closing a second channel would drop it for all.
   * Interned, since two class loaders of a process may load this class. While a thread holds the
   * lock, the system property of this name has the thread's name: class loaders share system
   * properties, too.
   */
  private final String monitor;

  /**
   * What is done under the lock.
   *
   * @param <T> the type of its result
   */
  @FunctionalInterface
  public interface Action<T> {

    /**
     * Does it; must not take the lock again.
     *
     * @return the result
     * @throws IOException if it fails
     */
    T run() throws IOException;
  }

  /**
   * Creates a lock; takes nothing.
   *
   * @param directory an existing directory, in which the file {@code lock} is made
   * @throws IOException if it does not exist
   */
  public NodeLock(Path directory) throws IOException {
    file = directory.toRealPath().resolve("lock");
    monitor = ("io.lofn.files.NodeLock " + file).intern();
  }

  /**
   * Runs an action when no other thread or process holds the lock.
   *
   * @param deadline until when to wait, as {@link System#nanoTime()} counts
   * @param held makes the exception for the deadline, from who holds the lock
   * @param action what to do
   * @param <T> the type of the result
   * @return the action's result
   * @throws IOException from the action, or if others hold the lock until the deadline
   * @throws InterruptedException if this thread is interrupted while it waits
   */
  public <T> T with(long deadline, Function<String, IOException> held, Action<T> action)
      throws IOException, InterruptedException {
    enter(deadline, held);
    try (FileChannel channel = open()) {
      lock(channel, deadline, held);
      return action.run();
    } finally {
      leave();
    }
  }

  private void enter(long deadline, Function<String, IOException> held)
      throws IOException, InterruptedException {
    synchronized (monitor) {
      for (String inside = inside(); inside != null; inside = inside()) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw held.apply("the thread '" + inside + "' of this executor");
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
  private static void lock(FileChannel channel, long deadline, Function<String, IOException> held)
      throws IOException, InterruptedException {
    try {
      while (!isLocked(channel)) {
        if (System.nanoTime() - deadline >= 0) {
          throw held.apply("process " + read(channel) + " of this node");
        }
        MILLISECONDS.sleep(POLL_MILLIS);
      }
      sign(channel);
    } catch (ClosedByInterruptException e) {
      Thread.interrupted(); // as whoever throws the other exception does
      throw (InterruptedException) new InterruptedException().initCause(e);
    }
  }

  /** For the messages of others only: a full disk is no reason not to have the lock. */
  private static void sign(FileChannel channel) throws ClosedByInterruptException {
    String process = Long.toString(ProcessHandle.current().pid());
    try {
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(process.getBytes(ISO_8859_1)), 0);
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException fullDisk) {
      return;
    }
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
}
