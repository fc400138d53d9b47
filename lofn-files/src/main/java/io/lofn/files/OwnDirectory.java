package io.lofn.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An open directory that belongs to this user and that no other user may enter. The check is made
 * on the open directory, so another user cannot replace it between check and use; its entries are
 * reached by single names. The caller must close it. Not thread-safe.
 */
public final class OwnDirectory implements Closeable {

  private static final String PRIVATE = "rwx------";
  private static final int WRITABLE_BY_OTHERS = 0022;
  private static final int STICKY = 01000;

  private static @Nullable UserPrincipal me;
  private static @Nullable UserPrincipal root;

  private final Directory directory;
  private final Path path;
  private final boolean fixed;

  private OwnDirectory(Directory directory, Path path, boolean fixed) {
    this.directory = directory;
    this.path = path;
    this.fixed = fixed;
  }

  /**
   * Opens a directory.
   *
   * @param path its path; the directories above it may be links
   * @return the directory
   * @throws NoSuchFileException if it does not exist
   * @throws ForeignFileException if it is a link or not a directory, belongs to another user, or is
   *     open to others
   * @throws IOException if it cannot be opened
   */
  public static OwnDirectory open(Path path) throws IOException {
    Path absolute = path.toAbsolutePath();
    Path name = absolute.getFileName();
    Path parent = absolute.getParent();
    if (name == null || parent == null) {
      throw new ForeignFileException(path, "is the root of the file system");
    }
    return openBelow(parent, name);
  }

  /**
   * Opens a directory below one that all users may write. The directories between them must belong
   * to this user or to root. Below the top no link is followed.
   *
   * @param top a path; it may be a link
   * @param below the directory's path from there
   * @return the directory
   * @throws NoSuchFileException if it does not exist
   * @throws ForeignFileException as in {@link #open}, or if a directory between belongs to another
   *     user
   * @throws IOException if it cannot be opened
   */
  public static OwnDirectory openBelow(Path top, Path below) throws IOException {
    boolean fixed = isFixed(top);
    Path path = top.resolve(below.getName(0));
    Directory directory = first(top, below.getName(0), path);
    try {
      check(directory, path, below.getNameCount() == 1);
      for (int i = 1; i < below.getNameCount(); i++) {
        path = path.resolve(below.getName(i));
        Directory child = child(directory, below.getName(i), path);
        directory.close();
        directory = child;
        check(child, path, i == below.getNameCount() - 1);
      }
      return new OwnDirectory(directory, path, fixed);
    } catch (IOException | RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  /**
   * Opens the first directory; on some nodes users may enter the shared directory, but not list it.
   */
  private static Directory first(Path top, Path name, Path path) throws IOException {
    Directory above;
    try {
      above = Directory.ofPath(top);
    } catch (AccessDeniedException mayNotBeRead) {
      return opened(path, () -> Directory.at(path));
    }
    try (above) {
      return child(above, name, path);
    }
  }

  /** Returns whether no other user can replace the entries of a directory. */
  private static boolean isFixed(Path directory) throws IOException {
    int mode = (Integer) Files.getAttribute(directory, "unix:mode");
    return (mode & WRITABLE_BY_OTHERS) == 0 || (mode & STICKY) != 0;
  }

  private static Directory child(Directory above, Path name, Path path) throws IOException {
    return opened(path, () -> above.child(name));
  }

  private static Directory opened(Path path, Directory.Opening opening) throws IOException {
    try {
      return opening.open();
    } catch (NotLinkException e) {
      throw foreign(path, "is a symbolic link");
    } catch (NotDirectoryException e) {
      throw foreign(path, "is not a directory");
    } catch (AccessDeniedException e) {
      throw foreign(path, "could not be opened");
    }
  }

  private static ForeignFileException foreign(Path path, String what) throws IOException {
    String owner = Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).getName();
    return new ForeignFileException(path, what + ", and belongs to user " + owner);
  }

  private static void check(Directory directory, Path path, boolean last) throws IOException {
    PosixFileAttributes attributes = directory.attributes();
    UserPrincipal owner = attributes.owner();
    if (!owner.equals(me()) && (last || !owner.equals(root()))) {
      throw new ForeignFileException(
          path, "belongs to user %s, not to user %s".formatted(owner.getName(), me().getName()));
    }
    String mode = PosixFilePermissions.toString(attributes.permissions());
    if (last && !mode.equals(PRIVATE)) {
      throw new ForeignFileException(
          path, "is open to other users: its mode is %s instead of %s".formatted(mode, PRIVATE));
    }
  }

  private static synchronized UserPrincipal me() throws IOException {
    UserPrincipal known = me;
    if (known == null) {
      known = FileUser.find().principal();
      me = known;
    }
    return known;
  }

  private static synchronized UserPrincipal root() throws IOException {
    UserPrincipal known = root;
    if (known == null) {
      known = new FileUser(0, 0).principal();
      root = known;
    }
    return known;
  }

  /**
   * Opens a directory in this one, with the same checks.
   *
   * @param name its name
   * @return the directory
   * @throws IOException as in {@link #open}
   */
  public OwnDirectory child(Path name) throws IOException {
    Path there = path.resolve(name);
    Directory child = child(directory, name, there);
    try {
      check(child, there, true);
      return new OwnDirectory(child, there, fixed);
    } catch (IOException | RuntimeException e) {
      child.close();
      throw e;
    }
  }

  /**
   * Returns the names in it.
   *
   * @return the names
   * @throws IOException if it cannot be read
   */
  public List<Path> names() throws IOException {
    List<Path> names = new ArrayList<>();
    try (Directory again = directory.again()) {
      Iterator<Path> all = again.names();
      for (Path name = Directory.next(all); name != null; name = Directory.next(all)) {
        names.add(name);
      }
    }
    return names;
  }

  /**
   * Deletes an entry of it, as {@link FileTree#delete} does.
   *
   * @param name the name
   * @param writers whether another process may still write in it
   * @throws IOException if entries could not be deleted
   */
  public void delete(Path name, Writers writers) throws IOException {
    // A mode is changed by path, and another user may have redirected the path.
    FileTree.delete(directory, name, path.resolve(name), fixed ? writers : Writers.LIVING);
  }

  /**
   * Deletes an empty directory in it.
   *
   * @param name the directory's name
   * @return whether it is gone; false if it is not empty
   * @throws IOException if it cannot be deleted
   */
  public boolean deleteEmpty(Path name) throws IOException {
    return directory.deleteDirectory(name);
  }

  @Override
  public void close() throws IOException {
    directory.close();
  }
}
