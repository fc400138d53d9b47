package io.lofn.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.UUID;

/**
 * Empties one tree. A directory that is not empty is moved to the top under a number, and processed
 * there after its parent directory. So at any depth at most two directories are open, and the only
 * state is the range of numbers of the moved directories.
 *
 * <p>It is safe if others can write at the top: a directory under a number is checked when it is
 * opened, like every other.
 */
final class Deletion {

  /** How often a directory is read again while another process keeps adding files. */
  private static final int PASSES = 100;

  /** How often a tree is read again when nothing more could be deleted. */
  private static final int IDLE_PASSES = 3;

  /** How often an entry is read that alternates between directory and file. */
  private static final int TRIES = 20;

  /** The maximum of moved directories: another process may add new ones without end. */
  private static final long MOVES = 1 << 24;

  private final Path root;
  private final Writers writers;
  private final Failures failures = new Failures();
  private final MovedNames names = new MovedNames();
  private final String prefix = ".lofn-" + UUID.randomUUID() + "-";
  private long numbers;
  private long entered;
  private long moved;
  private long deleted;

  Deletion(Path root, Writers writers) {
    this.root = root;
    this.writers = writers;
  }

  /**
   * @throws IOException if an entry could not be deleted
   */
  void empty(Directory top) throws IOException {
    top.permit();
    int idle = 0;
    for (int pass = 0; pass < PASSES && idle < IDLE_PASSES; pass++) {
      failures.forget(0);
      long before = deleted;
      if (!pass(top, top, root)) {
        return;
      }
      idle = deleted == before ? idle + 1 : 0;
    }
    if (failures.count() == 0) {
      throw new IOException(
          Names.shown(root) + " could not be emptied: another process keeps adding files");
    }
    throw failures.of(root);
  }

  /**
   * Tries to delete each entry once. Moved directories may be read again under their new names,
   * since a file system may return names that are added during the read.
   *
   * @return whether there was any entry
   */
  private boolean pass(Directory top, Directory directory, Path path) throws IOException {
    boolean any = false;
    long first = numbers;
    try (Directory again = directory.again()) {
      Iterator<Path> all = again.names();
      for (Path name = Directory.next(all); name != null; name = Directory.next(all)) {
        any = true;
        if (!isNumbered(name, first)) {
          remove(top, directory, path, name);
        }
        if (directory == top) {
          enterMoved(top);
        }
      }
    }
    return any;
  }

  private void enterMoved(Directory top) {
    while (entered < numbers) {
      Path name = Path.of(prefix + entered++);
      try {
        enter(top, name);
      } catch (NotDirectoryException | NotLinkException changed) {
        remove(top, top, root, name);
      } catch (IOException e) {
        failed(names.first(name), e);
      }
    }
  }

  private void failed(Path shown, IOException cause) {
    if (!(cause instanceof NoSuchFileException)) {
      failures.add(shown, cause);
    }
  }

  private void enter(Directory top, Path name) throws IOException {
    Path path = root.resolve(name);
    try (Directory directory = open(top, name, path)) {
      directory.permit();
      long failed = failures.count();
      long before;
      int pass = 0;
      do {
        failures.forget(failed);
        before = deleted + moved;
        pass(top, directory, path);
        if (top.deleteDirectory(name)) {
          names.forget(name);
          deleted++;
          return;
        }
      } while (deleted + moved > before && ++pass < PASSES);
    }
  }

  private void remove(Directory top, Directory directory, Path path, Path name) {
    Path first = names.first(name);
    Path shown = directory == top ? first : names.first(path.getFileName()).resolve(first);
    try {
      tryRemove(top, directory, path, name);
    } catch (IOException e) {
      failed(shown, e);
    }
  }

  private void tryRemove(Directory top, Directory directory, Path path, Path name)
      throws IOException {
    for (int tries = 1; ; tries++) {
      boolean isDirectory = directory.attributes(name).isDirectory();
      try {
        if (isDirectory && !directory.deleteDirectory(name)) {
          break;
        }
        if (!isDirectory) {
          directory.deleteFile(name);
        }
        deleted++;
        return;
      } catch (FileSystemException e) {
        if (tries == TRIES || isDirectory == directory.attributes(name).isDirectory()) {
          throw e;
        }
      }
    }
    moveUp(top, directory, path, name);
  }

  /** Returns whether a name is one of the numbers that were assigned from the first one on. */
  private boolean isNumbered(Path name, long first) {
    String text = name.toString();
    if (!text.startsWith(prefix)) {
      return false;
    }
    try {
      long number = Long.parseLong(text.substring(prefix.length()));
      return number >= first && number < numbers;
    } catch (NumberFormatException notOurs) {
      return false;
    }
  }

  private void moveUp(Directory top, Directory directory, Path path, Path name) throws IOException {
    if (numbers == MOVES) {
      throw new IOException("is in a tree of too many directories");
    }
    Path number = Path.of(prefix + numbers++);
    try {
      directory.move(name, top, number);
    } catch (AccessDeniedException e) {
      // A directory must be writable to get another parent, but not to be renamed. The rename fails
      // for a mount point, whose mode must not be changed.
      directory.move(name, directory, number);
      names.moved(name, number);
      try (Directory readOnly = open(directory, number, path.resolve(number))) {
        readOnly.permit();
      }
      directory.move(number, top, number);
      moved++;
      return;
    }
    names.moved(name, number);
    moved++;
  }

  /**
   * Opens a directory. Adds missing permissions of its owner first, if no other process can replace
   * the directory by a link meanwhile.
   *
   * @param path the directory's path, which is short: the top, a directory in it, or one below that
   */
  Directory open(Directory above, Path name, Path path) throws IOException {
    try {
      return above.child(name);
    } catch (AccessDeniedException e) {
      if (writers == Writers.LIVING || !above.attributes(name).isDirectory()) {
        throw new FileSystemException(
            name.toString(), null, "is a directory without permission to read and search it");
      }
      Directory.permit(path);
      return above.child(name);
    }
  }
}
