package io.lofn.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Iterator;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An open directory. It stays the same directory if its name is changed, and its entries are
 * reached by single names.
 *
 * <p>A directory in it is opened as {@code name/.}, and compared afterwards with the entry that
 * then has the name and is not a link. The system call that Java makes for the bare name does not
 * set O_DIRECTORY and O_NONBLOCK: if the directory is replaced meanwhile, a named pipe would block
 * the caller forever, a device would be opened, and for a file the JDK closes one descriptor twice.
 * {@code name/.} opens directories only. If a link replaces the directory, it opens a directory
 * elsewhere; the comparison detects that before the directory is used. No other directory can have
 * the inode number of an open one, so the comparison is reliable.
 */
final class Directory implements Closeable {

  /** How often a directory is opened again that was replaced meanwhile. */
  private static final int TRIES = 20;

  private static final Path SELF = Path.of(".");
  private static final Path PARENT = Path.of("..");
  private static final Set<PosixFilePermission> OWN = PosixFilePermissions.fromString("rwx------");

  private final SecureDirectoryStream<Path> stream;

  private Directory(SecureDirectoryStream<Path> stream) {
    this.stream = stream;
  }

  /**
   * Opens a directory whose path only the caller can change; it may contain links. Fails for
   * anything but a directory: a named pipe would block the caller forever.
   */
  @SuppressWarnings("StreamResourceLeak") // The result closes it.
  static Directory ofPath(Path path) throws IOException {
    DirectoryStream<Path> stream = Files.newDirectoryStream(path.resolve(SELF));
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return new Directory(secure);
    }
    stream.close();
    throw new IOException("This Java has no SecureDirectoryStream for " + Names.shown(path));
  }

  /**
   * Opens a directory by its path, as {@link #child} does by its name.
   *
   * @param path its path; its parents may be links, and nobody else may be able to change them
   */
  static Directory at(Path path) throws IOException {
    return openSame(path.getFileName(), () -> there(path), () -> ofPath(path));
  }

  private static PosixFileAttributes there(Path path) throws IOException {
    return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  /** Opens a directory, and checks afterwards that it was not replaced. */
  private static Directory openSame(Path name, Look look, Opening opening) throws IOException {
    for (int tries = 1; ; tries++) {
      requireDirectory(look.now(), name);
      Directory directory = opening.open();
      try {
        PosixFileAttributes now = look.now();
        if (now.isDirectory() && Objects.equals(now.fileKey(), directory.attributes().fileKey())) {
          return directory;
        }
        if (tries == TRIES) {
          throw changed(name);
        }
      } catch (IOException | RuntimeException e) {
        directory.close();
        throw e;
      }
      directory.close();
    }
  }

  /** Reads the attributes of the entry that has a name now; of a link, not of its target. */
  @FunctionalInterface
  private interface Look {
    PosixFileAttributes now() throws IOException;
  }

  /** Opens a directory. */
  @FunctionalInterface
  interface Opening {
    Directory open() throws IOException;
  }

  private static void requireDirectory(PosixFileAttributes seen, Path name) throws IOException {
    if (!seen.isDirectory()) {
      throw seen.isSymbolicLink()
          ? new NotLinkException(name.toString(), null, "is a symbolic link")
          : new NotDirectoryException(name.toString());
    }
  }

  /**
   * Opens a directory in this one.
   *
   * @throws NotLinkException if a link has this name
   * @throws NotDirectoryException if it is neither a directory nor a link
   * @throws java.nio.file.AccessDeniedException if there is no permission to read and search it
   */
  Directory child(Path name) throws IOException {
    return openSame(name, () -> attributes(name), () -> open(name.resolve(SELF)));
  }

  /** Opens this directory again, to read its names from the start. */
  Directory again() throws IOException {
    return open(SELF);
  }

  /** Opens the current parent of this directory, if it has this key. */
  Directory parent(Object key) throws IOException {
    Directory parent = open(PARENT);
    if (key.equals(parent.attributes().fileKey())) {
      return parent;
    }
    parent.close();
    throw changed(PARENT);
  }

  private Directory open(Path name) throws IOException {
    return new Directory(stream.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS));
  }

  private static IOException changed(Path name) {
    return new FileSystemException(name.toString(), null, "was replaced while it was opened");
  }

  /**
   * Opens a regular file in this directory.
   *
   * @throws IOException if it is not a regular file, or was replaced meanwhile
   */
  ReadableFile read(Path name) throws IOException {
    PosixFileAttributes seen = attributes(name);
    if (!seen.isRegularFile()) {
      throw new FileSystemException(name.toString(), null, "is not a regular file");
    }
    SeekableByteChannel channel =
        stream.newByteChannel(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    try {
      PosixFileAttributes now = attributes(name);
      if (!now.isRegularFile() || !Objects.equals(now.fileKey(), seen.fileKey())) {
        throw changed(name);
      }
      return new ReadableFile(channel, now);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Returns the attributes of this directory, also if another entry has its name now. */
  PosixFileAttributes attributes() throws IOException {
    return stream.getFileAttributeView(PosixFileAttributeView.class).readAttributes();
  }

  /** Returns the attributes of an entry; of a link, not of its target. */
  PosixFileAttributes attributes(Path name) throws IOException {
    return stream
        .getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .readAttributes();
  }

  /**
   * Gives its owner all permissions on this directory, if one is missing. If another user owns it,
   * this is no error: later operations in it report the missing permission.
   */
  void permit() throws IOException {
    if (!attributes().permissions().containsAll(OWN)) {
      try {
        stream.getFileAttributeView(PosixFileAttributeView.class).setPermissions(OWN);
      } catch (FileSystemException notOurs) {
        return;
      }
    }
  }

  /** Gives the owner of the file at a path all permissions. Follows a link. */
  static void permit(Path path) throws IOException {
    Files.setPosixFilePermissions(path, OWN);
  }

  /**
   * Returns the next name; null after the last.
   *
   * @param names the result of {@link #names}
   */
  static @Nullable Path next(Iterator<Path> names) throws IOException {
    try {
      return names.hasNext() ? names.next().getFileName() : null;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /** Returns the names in this directory; can be called once. */
  Iterator<Path> names() {
    return stream.iterator();
  }

  void move(Path name, Directory to, Path newName) throws IOException {
    stream.move(name, to.stream, newName);
  }

  /** Deletes an entry that is not a directory. A missing entry is no error. */
  void deleteFile(Path name) throws IOException {
    try {
      stream.deleteFile(name);
    } catch (NoSuchFileException gone) {
      return;
    }
  }

  /** Deletes an empty directory; returns false if it is not empty. */
  boolean deleteDirectory(Path name) throws IOException {
    try {
      stream.deleteDirectory(name);
      return true;
    } catch (NoSuchFileException gone) {
      return true;
    } catch (DirectoryNotEmptyException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
