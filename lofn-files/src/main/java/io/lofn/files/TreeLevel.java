package io.lofn.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One directory on the current path of a walk: open, or closed with a list of its remaining
 * directories.
 */
final class TreeLevel implements Closeable {

  private final Path path;
  private final long nameLength;
  private final Object key;
  private final Deque<Path> listed = new ArrayDeque<>();
  private @Nullable Directory directory;
  private @Nullable Iterator<Path> names;

  /**
   * @param path its name relative to the tree, or that of its nearest parent whose name is not too
   *     long
   * @param nameLength the length of its name relative to the tree
   */
  TreeLevel(Directory directory, Path path, long nameLength) throws IOException {
    this.path = path;
    this.nameLength = nameLength;
    this.key = Objects.requireNonNull(directory.attributes().fileKey());
    this.directory = directory;
    this.names = directory.names();
  }

  Path path() {
    return path;
  }

  long nameLength() {
    return nameLength;
  }

  boolean isOpen() {
    return directory != null;
  }

  Directory directory() {
    return Objects.requireNonNull(directory);
  }

  /** Returns whether its remaining entries are a list in memory, not read from disk. */
  boolean isListed() {
    return names == null;
  }

  /** Returns the next name on disk; null after the last. */
  @Nullable Path next() throws IOException {
    return Directory.next(Objects.requireNonNull(names));
  }

  /** Returns the next directory of the list; null after the last. */
  @Nullable Path nextListed() {
    return listed.poll();
  }

  boolean hasListed() {
    return !listed.isEmpty();
  }

  void list(Path name) {
    listed.add(name);
  }

  /** Opens it again, from a directory below it. */
  void reopen(Directory below) throws IOException {
    directory = below.parent(key);
  }

  @Override
  public void close() throws IOException {
    if (directory != null) {
      directory.close();
      directory = null;
      names = null;
    }
  }
}
