package io.lofn.files;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks a tree without changing it. Of the directories on the current path only the deepest ones
 * are open. Before another one is closed, its remaining directories are listed; it is opened again
 * through {@code ..} of the directory below, and checked to be the same.
 */
final class TreeWalk {

  private static final int OPEN = 16;

  /**
   * Limits the time, which grows with the square of the depth: Java builds a path for each open
   * directory.
   */
  private static final int DEPTH = 20_000;

  private static final long NAMES = 4L << 20;

  /** The maximum of names that are kept in memory. */
  private static final int LISTED = 100_000;

  /** The longest path that the system accepts. */
  private static final int PATH = 4095;

  private final TreeVisitor visitor;
  private final boolean named;
  private final List<TreeLevel> levels = new ArrayList<>();
  private int listed;

  /**
   * @param named whether the visitor needs the names of files, which then must not be too long
   */
  TreeWalk(TreeVisitor visitor, boolean named) {
    this.visitor = visitor;
    this.named = named;
  }

  /** Walks a tree, and closes it. */
  void run(Directory root) throws IOException {
    try (root) {
      levels.add(new TreeLevel(root, Path.of(""), 0));
      while (!levels.isEmpty()) {
        TreeLevel level = deepest();
        Path name = next(level);
        if (name == null) {
          leave(level);
        } else if (level.isListed() || isDirectory(level, name)) {
          enter(level, name);
        }
      }
    } finally {
      closeAll();
    }
  }

  private TreeLevel deepest() {
    return levels.get(levels.size() - 1);
  }

  private @Nullable Path next(TreeLevel level) throws IOException {
    if (!level.isListed()) {
      return nextOnDisk(level);
    }
    Path name = level.nextListed();
    listed -= name == null ? 0 : 1;
    return name;
  }

  private @Nullable Path nextOnDisk(TreeLevel level) throws IOException {
    try {
      return level.next();
    } catch (IOException e) {
      unseen(level.path(), e);
      return null;
    }
  }

  /** Passes the entry to the visitor if it is a file; returns whether it is a directory. */
  private boolean isDirectory(TreeLevel level, Path name) throws IOException {
    PosixFileAttributes attributes;
    try {
      attributes = level.directory().attributes(name);
    } catch (NoSuchFileException gone) {
      return false;
    } catch (IOException e) {
      unseen(path(level, name), e);
      return false;
    }
    if (attributes.isRegularFile()) {
      show(level, name, attributes);
    }
    return attributes.isDirectory();
  }

  private void show(TreeLevel level, Path name, PosixFileAttributes attributes) throws IOException {
    if (named && isTooLong(level, name)) {
      unseen(
          level.path(), new IOException("contains files whose paths are too long for the system"));
    } else {
      visitor.file(path(level, name), attributes);
    }
  }

  private void enter(TreeLevel level, Path name) throws IOException {
    long length = level.nameLength() + name.toString().length() + 1;
    if (levels.size() == DEPTH || length > NAMES) {
      unseen(path(level, name), new IOException("is too deep in the tree"));
      return;
    }
    Directory directory;
    try {
      directory = level.directory().child(name);
    } catch (NoSuchFileException | NotDirectoryException | NotLinkException gone) {
      return;
    } catch (IOException e) {
      unseen(path(level, name), e);
      return;
    }
    add(directory, path(level, name), length);
  }

  private void add(Directory directory, Path path, long length) throws IOException {
    try {
      levels.add(new TreeLevel(directory, path, length));
    } catch (IOException | RuntimeException e) {
      directory.close();
      throw e;
    }
    if (levels.size() > OPEN) {
      shut(levels.get(levels.size() - 1 - OPEN));
    }
  }

  private void shut(TreeLevel level) throws IOException {
    if (!level.isListed()) {
      for (Path name = nextOnDisk(level); name != null; name = nextOnDisk(level)) {
        if (isDirectory(level, name)) {
          list(level, name);
        }
      }
    }
    level.close();
  }

  private void list(TreeLevel level, Path name) throws IOException {
    if (listed == LISTED) {
      unseen(
          path(level, name),
          new IOException("is in a tree with too many directories next to deep ones"));
    } else {
      listed++;
      level.list(name);
    }
  }

  private void leave(TreeLevel level) throws IOException {
    levels.remove(levels.size() - 1);
    try (level) {
      if (levels.isEmpty() || deepest().isOpen()) {
        return;
      }
      if (listed > 0) {
        deepest().reopen(level.directory());
      } else {
        levels.clear();
      }
    } catch (IOException e) {
      giveUp(e);
    }
  }

  /** Reports the remaining directories, whose parents cannot be opened again. */
  private void giveUp(IOException reason) throws IOException {
    List<TreeLevel> lost = List.copyOf(levels);
    closeAll();
    for (TreeLevel level : lost) {
      for (Path name = level.nextListed(); name != null; name = level.nextListed()) {
        unseen(path(level, name), reason);
      }
    }
  }

  private void unseen(Path name, IOException reason) throws IOException {
    visitor.unseen(name, Names.escaped(reason));
  }

  /**
   * Returns the path of an entry; the path of its nearest parent if its own is too long for the
   * system.
   */
  private static Path path(TreeLevel level, Path name) {
    return isTooLong(level, name) ? level.path() : level.path().resolve(name);
  }

  private static boolean isTooLong(TreeLevel level, Path name) {
    return level.nameLength() + name.toString().length() > PATH;
  }

  private void closeAll() throws IOException {
    for (TreeLevel level : levels) {
      level.close();
    }
    levels.clear();
  }
}
