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
 * Empties one tree. A directory that is not empty is moved to the top under a number, and entered
 * there once the directory that it was in is done: at any depth no more than two directories are
 * open, and two numbers, between which the moved ones lie, are all there is to remember.
 *
 * <p>Nothing depends on who else can get at the top: what is there under a number is checked when
 * it is opened, as everything is.
 */
final class Deletion {

  /** How often a directory is read that somebody goes on filling. */
  private static final int PASSES = 100;

  /** How often a tree is read again in which nothing could be deleted any more. */
  private static final int IDLE_PASSES = 3;

  /** How often an entry is looked at that becomes a directory and a file by turns. */
  private static final int TRIES = 20;

  /** How many directories are moved: somebody may add another one to each of them for ever. */
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
   * @throws IOException if something stayed
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
      throw new IOException(Names.shown(root) + " is filled again while it is emptied");
    }
    throw failures.of(root);
  }

  /**
   * Tries each entry once. Under their new names, moved ones may be read again: a file system may
   * put new names where it is yet to read.
   *
   * @return whether there was any
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

  /** Whether it is a number that was given since the first one. */
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
      throw new IOException("is one of too many directories");
    }
    Path number = Path.of(prefix + numbers++);
    try {
      directory.move(name, top, number);
    } catch (AccessDeniedException e) {
      // Only what may be written can get another parent. To be renamed it need not be, and a mount
      // point, whose mode is not lofn's business, cannot be.
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
   * Opens a directory, and gives its owner the permissions for that if nobody can be led astray.
   *
   * @param path the directory's, which is short: it is the top, or in it, or one below that
   */
  Directory open(Directory above, Path name, Path path) throws IOException {
    try {
      return above.child(name);
    } catch (AccessDeniedException e) {
      if (writers == Writers.LIVING || !above.attributes(name).isDirectory()) {
        throw new FileSystemException(
            name.toString(), null, "is a directory that may not be read and searched");
      }
      Directory.permit(path);
      return above.child(name);
    }
  }
}
