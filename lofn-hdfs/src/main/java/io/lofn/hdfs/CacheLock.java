package io.lofn.hdfs;

import io.lofn.files.NodeLock;
import java.io.IOException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Gives one thread of one process of the node at a time access to a cache. The lock is held for
 * moments, never while data is copied. A waiting thread can be interrupted, and fails after two
 * minutes.
 */
final class CacheLock {

  /** Many times longer than any action takes. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Path directory;
  private final Duration patience;

  private final NodeLock lock;

  CacheLock(Path directory) throws IOException {
    this(directory, PATIENCE);
  }

  CacheLock(Path directory, Duration patience) throws IOException {
    this.directory = directory.toRealPath();
    this.patience = patience;
    lock = new NodeLock(this.directory);
  }

  /**
   * Runs an action when no other thread or process holds the lock.
   *
   * @throws FileLockInterruptionException if the thread is interrupted while it waits
   * @throws IOException from the action, or if others hold the lock for too long
   */
  <T> T with(NodeLock.Action<T> action) throws IOException {
    try {
      return lock.with(System.nanoTime() + patience.toNanos(), this::held, action);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FileLockInterruptionException();
    }
  }

  /** Runs an action that must run although the thread was interrupted, such as clean-up. */
  <T> T withInterruptsHeldBack(NodeLock.Action<T> action) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      return with(action);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private IOException held(String who) {
    return new IOException(
        "%s has held the lock of the volumes in %s for more than %s; if it hangs, end it, or set spark.lofn.volumes.dir to another directory"
            .formatted(who, directory, patience));
  }
}
