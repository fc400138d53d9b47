package io.lofn.hdfs;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * Lets one thread of one process of the node at a time look at a cache and change it: for moments,
 * never while data is copied.
 */
final class CacheLock {

  /** What is done under the lock; it must not ask for the lock again. */
  interface Action<T> {
    T run() throws IOException;
  }

  private final Path file;

  /**
   * A file lock holds between processes only, and closing a second channel would drop it for all.
   * Interned, for two class loaders of a process may have this class.
   */
  private final String monitor;

  CacheLock(Path directory) throws IOException {
    Path real = directory.toRealPath();
    file = real.resolve("lock");
    monitor = ("io.lofn.hdfs.CacheLock " + real).intern();
  }

  <T> T with(Action<T> action) throws IOException {
    synchronized (monitor) {
      try (FileChannel channel =
              FileChannel.open(
                  file,
                  Set.of(
                      StandardOpenOption.CREATE,
                      StandardOpenOption.WRITE,
                      LinkOption.NOFOLLOW_LINKS));
          FileLock held = channel.lock()) {
        return action.run();
      }
    }
  }
}
