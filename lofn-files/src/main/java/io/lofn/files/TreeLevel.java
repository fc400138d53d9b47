package io.lofn.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One of the directories that lead to where a walk is: open, or closed with a list of its rest. */
final class TreeLevel implements Closeable {

  private final Path path;
  private final long nameLength;
  private final Object key;
  private final Deque<Path> listed = new ArrayDeque<>();
  private @Nullable Directory directory;
  private @Nullable Iterator<Path> names;

  /**
   * @param path its name relative to the tree, or that of the nearest directory above it that is
   *     not too long
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

  /** Whether what is left of it is a list of directories, not what there is on the disk. */
  boolean isListed() {
    return names == null;
  }

  /** The next name on the disk; null after the last. */
  @Nullable Path next() throws IOException {
    return Directory.next(Objects.requireNonNull(names));
  }

  /** The next directory of the list; null after the last. */
  @Nullable Path nextListed() {
    return listed.poll();
  }

  boolean hasListed() {
    return !listed.isEmpty();
  }

  void list(Path name) {
    listed.add(name);
  }

  /** Opens it again, from one below it. */
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
