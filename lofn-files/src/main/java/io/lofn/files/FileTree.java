package io.lofn.files;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;

/**
 * Operations on directory trees in which an untrusted process may write at the same time: a tool,
 * or another user of the node.
 *
 * <p>All methods trust the parent directories of the given path; these may be links. The tree
 * itself must not be a link, and no link in it is followed. Inside the tree everything is reached
 * through open directories by single names, so no path is too long for the system. At any depth
 * only a few descriptors are open, and the memory does not grow with the number of files.
 * Thread-safe: there is no state.
 */
public final class FileTree {

  private FileTree() {}

  /**
   * Deletes a file, a link, or a directory with its content. A missing entry is no error.
   *
   * <p>Each directory that is not empty is moved to the top of the tree before it is entered. A
   * mount point cannot be moved: every mount in the tree, also a bind mount of the same file
   * system, is left untouched and reported. A directory that its owner may not write is made
   * writable if this user is the owner; other directories that cannot be emptied stay. Failed
   * entries are tried again as long as other entries are deleted, up to a limit.
   *
   * @param root the tree
   * @param writers whether another process may still write in it
   * @throws IOException at the end, if entries could not be deleted; its message has their number,
   *     and the names and reasons of the first ones. They remain in the tree, possibly at its top
   *     under new names.
   */
  public static void delete(Path root, Writers writers) throws IOException {
    Path name = name(root);
    try (Directory above = above(root)) {
      delete(above, name, root, writers);
    } catch (NoSuchFileException gone) {
      return;
    }
  }

  /**
   * Deletes an entry of an open directory.
   *
   * @param root its path, for messages and, without living writers, for changes of its mode
   */
  static void delete(Directory above, Path name, Path root, Writers writers) throws IOException {
    try {
      if (!above.attributes(name).isDirectory()) {
        above.deleteFile(name);
        return;
      }
      if (isGone(above, name)) {
        return;
      }
      Deletion deletion = new Deletion(root, writers);
      try (Directory tree = deletion.open(above, name, root)) {
        deletion.empty(tree);
      }
      if (!above.deleteDirectory(name)) {
        throw new IOException(
            Names.shown(root) + " could not be deleted: another process keeps adding files");
      }
    } catch (NoSuchFileException gone) {
      return;
    } catch (IOException e) {
      throw Names.escaped(e);
    }
  }

  /**
   * Deletes the content of a directory, as {@link #delete} does, but not the directory.
   *
   * @param directory the directory
   * @param writers whether another process may still write in it
   * @throws NoSuchFileException if it does not exist
   * @throws NotLinkException if it is a link
   * @throws IOException if entries could not be deleted
   */
  public static void empty(Path directory, Writers writers) throws IOException {
    Deletion deletion = new Deletion(directory, writers);
    try (Directory above = above(directory);
        Directory tree = deletion.open(above, name(directory), directory)) {
      deletion.empty(tree);
    } catch (IOException e) {
      throw Names.escaped(e);
    }
  }

  /**
   * Counts the regular files of a tree and their bytes. Files that are deleted meanwhile do not
   * count.
   *
   * @param root the tree
   * @return the number and size of its files, and of the directories that could not be read
   * @throws NoSuchFileException if it does not exist
   * @throws NotLinkException if it is a link
   * @throws NotDirectoryException if it is something else
   * @throws IOException if it cannot be entered
   */
  public static TreeSize measure(Path root) throws IOException {
    TreeSum sum = new TreeSum();
    new TreeWalk(sum, false).run(open(root));
    return sum.size();
  }

  /**
   * Calls a visitor for the regular files of a tree, in no particular order. Files that are deleted
   * meanwhile may or may not be visited.
   *
   * @param root the tree
   * @param visitor the visitor, which this thread calls
   * @throws NoSuchFileException if there is no such directory
   * @throws NotLinkException if it is a link
   * @throws NotDirectoryException if it is something else
   * @throws IOException if it cannot be entered, or the visitor throws it
   */
  public static void walk(Path root, TreeVisitor visitor) throws IOException {
    new TreeWalk(visitor, true).run(open(root));
  }

  /**
   * Opens a regular file of a tree. The entry is checked before and after it is opened; between the
   * checks a process that still writes could replace it by a named pipe or a device. Call this
   * after all writers of the tree have ended.
   *
   * @param root the tree
   * @param name the file's name relative to the tree
   * @return the file; the caller closes it
   * @throws IllegalArgumentException if the name is absolute, or contains {@code .} or {@code ..}
   * @throws NoSuchFileException if there is no such file
   * @throws IOException if a parent in the name is a link or not a directory, the last part is not
   *     a regular file, or it was replaced meanwhile
   */
  public static ReadableFile read(Path root, Path name) throws IOException {
    if (!isPlain(name)) {
      throw new IllegalArgumentException(
          "The name of a file must be relative to its tree, without '.' and '..', but is "
              + Names.shown(name));
    }
    Directory directory = open(root);
    try {
      return read(directory, name);
    } catch (IOException e) {
      throw Names.escaped(e);
    }
  }

  private static boolean isPlain(Path name) {
    for (Path part : name) {
      if (part.toString().isEmpty() || isDots(part)) {
        return false;
      }
    }
    return !name.isAbsolute();
  }

  private static boolean isDots(Path name) {
    return name.toString().equals(".") || name.toString().equals("..");
  }

  private static ReadableFile read(Directory root, Path name) throws IOException {
    Directory directory = root;
    try {
      for (int i = 0; i < name.getNameCount() - 1; i++) {
        Directory child = directory.child(name.getName(i));
        directory.close();
        directory = child;
      }
      return directory.read(name.getName(name.getNameCount() - 1));
    } finally {
      directory.close();
    }
  }

  /** Deletes a directory if it is empty, with any mode. */
  private static boolean isGone(Directory above, Path name) {
    try {
      return above.deleteDirectory(name);
    } catch (IOException saidWhenItIsEmpty) {
      return false;
    }
  }

  private static Directory open(Path root) throws IOException {
    try (Directory above = above(root)) {
      return above.child(name(root));
    } catch (IOException e) {
      throw Names.escaped(e);
    }
  }

  private static Directory above(Path root) throws IOException {
    Path parent = root.toAbsolutePath().getParent();
    return Directory.ofPath(parent == null ? root : parent);
  }

  private static Path name(Path root) {
    Path name = root.toAbsolutePath().getFileName();
    if (name == null || isDots(name)) {
      throw new IllegalArgumentException("Not a valid path of a tree: " + Names.shown(root));
    }
    return name;
  }
}
