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
 * An open directory. Whatever becomes of its name, it stays this directory, and what is in it is
 * reached by single names.
 *
 * <p>A directory in it is opened as {@code name/.}, and compared afterwards with what has the name
 * then and is no link. The system call that Java makes for the bare name lacks O_DIRECTORY and
 * O_NONBLOCK: put in the directory's place meanwhile, a named pipe would hold the caller for ever,
 * a device would be opened, and for a file the JDK closes one descriptor twice. {@code name/.}
 * opens directories only. Through a link that was put there it opens one elsewhere; the comparison
 * finds that out before anything else is done with it. No other directory can have the number of
 * one that is open, so the comparison cannot err.
 */
final class Directory implements Closeable {

  /** How often a directory is opened that is another one by the time it is looked at. */
  private static final int TRIES = 20;

  private static final Path SELF = Path.of(".");
  private static final Path PARENT = Path.of("..");
  private static final Set<PosixFilePermission> OWN = PosixFilePermissions.fromString("rwx------");

  private final SecureDirectoryStream<Path> stream;

  private Directory(SecureDirectoryStream<Path> stream) {
    this.stream = stream;
  }

  /**
   * Opens a directory whose path nobody can change but the caller; it may lead through links. What
   * is no directory is not opened: a named pipe would hold the caller for ever.
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
   * @param path its path; the directories above it may be links, and must be such that nobody else
   *     can change them
   */
  static Directory at(Path path) throws IOException {
    return openSame(path.getFileName(), () -> there(path), () -> ofPath(path));
  }

  private static PosixFileAttributes there(Path path) throws IOException {
    return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  /** Opens what was seen to be a directory, if it is the same one afterwards. */
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

  /** What has a name now; a link itself, not its target. */
  @FunctionalInterface
  private interface Look {
    PosixFileAttributes now() throws IOException;
  }

  /** A way to a directory. */
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
   * @throws java.nio.file.AccessDeniedException if it may not be read or searched
   */
  Directory child(Path name) throws IOException {
    return openSame(name, () -> attributes(name), () -> open(name.resolve(SELF)));
  }

  /** This directory again, to read its names from the first one. */
  Directory again() throws IOException {
    return open(SELF);
  }

  /** The directory above this one now, if it is the one with this key. */
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
    return new FileSystemException(name.toString(), null, "was changed while it was opened");
  }

  /**
   * Opens a regular file in this directory.
   *
   * @throws IOException if it is none, or was changed meanwhile
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

  /** What this directory is, whatever has its name now. */
  PosixFileAttributes attributes() throws IOException {
    return stream.getFileAttributeView(PosixFileAttributeView.class).readAttributes();
  }

  /** What has a name in this directory; a link itself, not its target. */
  PosixFileAttributes attributes(Path name) throws IOException {
    return stream
        .getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .readAttributes();
  }

  /**
   * Gives its owner all permissions on this directory, if one is missing. That nobody but its owner
   * may do that is no error: what then cannot be done in it says so.
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

  /** Gives the owner of what has a path all permissions. Follows a link. */
  static void permit(Path path) throws IOException {
    Files.setPosixFilePermissions(path, OWN);
  }

  /**
   * The next name; null after the last.
   *
   * @param names what {@link #names} gave
   */
  static @Nullable Path next(Iterator<Path> names) throws IOException {
    try {
      return names.hasNext() ? names.next().getFileName() : null;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /** The names in this directory, once. */
  Iterator<Path> names() {
    return stream.iterator();
  }

  void move(Path name, Directory to, Path newName) throws IOException {
    stream.move(name, to.stream, newName);
  }

  /** Deletes what is no directory. That it is gone is no error. */
  void deleteFile(Path name) throws IOException {
    try {
      stream.deleteFile(name);
    } catch (NoSuchFileException gone) {
      return;
    }
  }

  /** Whether the directory of this name is gone now; false if it is not empty. */
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
