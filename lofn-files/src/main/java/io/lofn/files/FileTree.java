package io.lofn.files;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;

/**
 * Directory trees in which somebody hostile may write meanwhile: a tool, or another user of the
 * node.
 *
 * <p>All methods take the path of the tree from the caller, who vouches for the directories above
 * it: these may be links. The tree itself may not, and no link in it is followed. From the tree
 * downwards everything is reached through open directories by single names, so that no path is ever
 * too long for the system; a handful of descriptors is open at any depth, and what is held in
 * memory does not grow with the number of files. Thread-safe: there is no state.
 */
public final class FileTree {

  private FileTree() {}

  /**
   * Deletes a file, a link, or a directory with all below it. What is gone already is no error.
   *
   * <p>Each directory that is not empty is moved to the top of the tree before it is entered. A
   * mount point cannot be moved: whatever is mounted in the tree, a bind mount of the same file
   * system too, is left alone, and reported. A directory in which the owner may not write is made
   * writable if this user is the owner; the others that cannot be emptied stay. Names are tried
   * again for as long as something is deleted, but not without end.
   *
   * @param root the tree
   * @param writers who may be left in it
   * @throws IOException at the end, if something stayed; it tells how many entries, and of the
   *     first ones what they are and why. They are in the tree, perhaps at its top under new names.
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
   * The same in an open directory.
   *
   * @param root its path, to be shown and, without living writers, to change its mode by
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
        throw new IOException(Names.shown(root) + " is filled again while it is deleted");
      }
    } catch (NoSuchFileException gone) {
      return;
    } catch (IOException e) {
      throw Names.escaped(e);
    }
  }

  /**
   * Deletes all that is in a directory, as {@link #delete} does, but not the directory.
   *
   * @param directory the directory
   * @param writers who may be left in it
   * @throws NoSuchFileException if there is none
   * @throws NotLinkException if it is a link
   * @throws IOException if something stayed
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
   * Counts the regular files of a tree and their bytes. What vanishes meanwhile does not count.
   *
   * @param root the tree
   * @return how much it holds, and whether something could not be looked into
   * @throws NoSuchFileException if there is none
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
   * Shows a visitor the regular files of a tree, in no order. What vanishes meanwhile may be shown
   * or not.
   *
   * @param root the tree
   * @param visitor is called by this thread
   * @throws NoSuchFileException if there is no such directory
   * @throws NotLinkException if it is a link
   * @throws NotDirectoryException if it is something else
   * @throws IOException if it cannot be entered, or the visitor throws it
   */
  public static void walk(Path root, TreeVisitor visitor) throws IOException {
    new TreeWalk(visitor, true).run(open(root));
  }

  /**
   * Opens a regular file of a tree. What has the name is looked at before and after it is opened;
   * between, a writer who is left could put a named pipe or a device there, so that a tree with
   * such a writer should be read when he has ended.
   *
   * @param root the tree
   * @param name the file's name relative to the tree
   * @return the file; the caller closes it
   * @throws IllegalArgumentException if the name is absolute, or has the parts {@code .} or {@code
   *     ..}
   * @throws NoSuchFileException if there is no such file
   * @throws IOException if a part of the name is a link or no directory, the last is no regular
   *     file, or it was changed meanwhile
   */
  public static ReadableFile read(Path root, Path name) throws IOException {
    if (!isPlain(name)) {
      throw new IllegalArgumentException(
          "The name of a file is relative to its tree, without '.' and '..', not "
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

  /** Deletes a directory if it is empty, whatever its mode is. */
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
      throw new IllegalArgumentException("Not the name of a tree: " + Names.shown(root));
    }
    return name;
  }
}
