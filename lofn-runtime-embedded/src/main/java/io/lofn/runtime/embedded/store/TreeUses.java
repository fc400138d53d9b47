package io.lofn.runtime.embedded.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Which trees the processes of the node use. A process holds a shared lock on one small file for
 * each tree that it has used, until it ends: an application uses few images, and its next container
 * needs them again.
 */
final class TreeUses {

  /** What is done to a tree that nobody uses. */
  @FunctionalInterface
  interface Action {
    void run() throws IOException;
  }

  /** Keeps the channels open. */
  private static final List<FileChannel> HELD = new CopyOnWriteArrayList<>();

  private final Path directory;

  /**
   * @param directory for the files
   */
  TreeUses(Path directory) {
    this.directory = directory;
  }

  /** Marks a tree as used by this process. */
  @SuppressWarnings("resource") // HELD keeps it.
  void hold(String hex) throws IOException {
    String property = property(hex);
    synchronized (property) {
      if (System.getProperty(property) != null) {
        return;
      }
      FileChannel channel = open(hex);
      boolean held = false;
      try {
        channel.lock(0, Long.MAX_VALUE, true);
        held = true;
      } catch (OverlappingFileLockException thisProcess) {
        held = true;
      } finally {
        if (!held) {
          channel.close();
        }
      }
      keep(channel, property);
    }
  }

  private static void keep(FileChannel channel, String property) {
    HELD.add(channel);
    System.setProperty(property, "used");
  }

  /**
   * Runs an action if no process uses a tree, and none begins meanwhile.
   *
   * @return whether it ran
   */
  boolean ifUnused(String hex, Action action) throws IOException {
    String property = property(hex);
    synchronized (property) {
      // To open the file of a lock and close it would end this process's lock.
      if (System.getProperty(property) != null) {
        return false;
      }
      FileChannel channel = open(hex);
      try {
        if (channel.tryLock() == null) {
          channel.close();
          return false;
        }
      } catch (OverlappingFileLockException thisProcess) {
        keep(channel, property); // Somebody has cleared the system properties.
        return false;
      }
      try (channel) {
        action.run();
        return true;
      }
    }
  }

  /** Interned, and a system property: two class loaders of a process may load this class. */
  private String property(String hex) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory);
    }
    return ("io.lofn.runtime.embedded.store.TreeUses " + directory.toRealPath().resolve(hex))
        .intern();
  }

  private FileChannel open(String hex) throws IOException {
    return FileChannel.open(
        directory.resolve(hex),
        Set.of(
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS));
  }
}
