package io.lofn.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A directory to which archives are unpacked, and which no entry may leave. Names, and the targets
 * of hard links, are resolved inside the directory, through directories only: a link as a parent is
 * an error, or is resolved inside this directory ({@link #followingLinks}). The target of a
 * symbolic link is not checked when the link is created.
 *
 * <p>No other process may write in the directory at the same time. Not thread-safe.
 */
public final class UnpackedTree {

  private static final int OWN_DIRECTORY = 0700;
  private static final int BITS = 9;
  private static final int ASCII = 0x80;

  private final Path root;
  private final BiFunction<Path, String, Path> names;
  private final boolean follows;
  private final ArchivePaths paths;

  /**
   * Creates a tree.
   *
   * @param root the directory, which must exist
   * @param names returns the path of a single name in a directory
   */
  public UnpackedTree(Path root, BiFunction<Path, String, Path> names) {
    this(root, names, false);
  }

  private UnpackedTree(Path root, BiFunction<Path, String, Path> names, boolean follows) {
    this.root = root;
    this.names = names;
    this.follows = follows;
    this.paths = new ArchivePaths(root, names, follows);
  }

  /**
   * Returns the same tree, but with links in a parent path followed as by a process whose root is
   * this directory: an absolute link starts at the root, and {@code ..} does not lead above it.
   *
   * @return a tree of the same directory
   */
  public UnpackedTree followingLinks() {
    return new UnpackedTree(root, names, true);
  }

  /**
   * Creates a directory and its parents. Replaces an existing entry that is not a directory, also a
   * link to one.
   *
   * @param name its name in the archive
   * @param mode its permissions; its owner always has all, and special bits are ignored
   * @throws IOException if it would be outside, or cannot be created
   */
  public void directory(String name, int mode) throws IOException {
    List<String> parts = ArchivePaths.parts(name);
    if (parts.isEmpty()) {
      return;
    }
    Path path = paths.place(parts, name);
    BasicFileAttributes known = attributes(path);
    if (!isDirectory(known)) {
      if (known != null) {
        paths.forget();
        Files.delete(path);
      }
      Files.createDirectory(path);
    }
    permit(path, OWN_DIRECTORY | mode);
  }

  /**
   * Prepares the creation of a file: deletes an entry with its name, and creates its parents.
   *
   * @param name its name in the archive
   * @return the path at which to create the file
   * @throws IOException if it would be outside, or its parents cannot be created
   */
  public Path file(String name) throws IOException {
    List<String> parts = ArchivePaths.parts(name);
    if (parts.isEmpty()) {
      throw new IOException("Its entry '" + name + "' has no file name");
    }
    Path path = paths.place(parts, name);
    if (attributes(path) != null) {
      delete(path);
    }
    return path;
  }

  /**
   * Creates a symbolic link.
   *
   * @param name its name in the archive
   * @param target its target, which is not checked; it is written in UTF-8 in every locale
   * @throws IOException if it would be outside, cannot be created, or has an invalid target
   */
  public void symbolicLink(String name, String target) throws IOException {
    Path path = target(name, target);
    Files.createSymbolicLink(file(name), path);
  }

  private static Path target(String name, String target) throws IOException {
    if (target.isEmpty() || target.indexOf('\0') >= 0) {
      throw new IOException("Its symbolic link '" + name + "' has an invalid target");
    }
    if (target.chars().allMatch(c -> c < ASCII)) {
      return Path.of(target);
    }
    StringBuilder uri = new StringBuilder("file://");
    for (String part : target.split("/", -1)) {
      if (!part.isEmpty()) {
        uri.append('/');
      }
      for (byte each : part.getBytes(UTF_8)) {
        uri.append('%').append(HexFormat.of().withUpperCase().toHexDigits(each));
      }
    }
    Path absolute = Path.of(URI.create(uri.toString()));
    // Not relativize(), which removes the parts '..'.
    return target.startsWith("/") ? absolute : absolute.subpath(0, absolute.getNameCount());
  }

  /**
   * Creates a hard link to a file or a symbolic link.
   *
   * @param name the new name in the archive
   * @param target the existing name
   * @throws IOException if one of them would be outside, or the target is neither
   */
  public void hardLink(String name, String target) throws IOException {
    List<String> parts = ArchivePaths.parts(target);
    Path there = parts.isEmpty() ? null : paths.existing(parts, target);
    BasicFileAttributes known = there == null ? null : attributes(there);
    if (there == null || known == null || !(known.isRegularFile() || known.isSymbolicLink())) {
      throw new IOException(
          "Its hard link '%s' leads to '%s', which is not a file of the archive"
              .formatted(name, target));
    }
    List<String> own = ArchivePaths.parts(name);
    if (!own.isEmpty() && paths.place(own, name).equals(there)) {
      return;
    }
    if (known.isSymbolicLink()) {
      Path same = Files.readSymbolicLink(there);
      Files.createSymbolicLink(file(name), same);
      return;
    }
    Path link = file(name);
    if (attributes(there) == null) {
      throw new IOException(
          "Its hard link '%s' would replace its target '%s'".formatted(name, target));
    }
    Files.createLink(link, there);
  }

  /**
   * Returns the path of an entry, whether or not it exists. Nothing in the path but its last part
   * can be a link.
   *
   * @param name the name in the archive
   * @return the path; empty if a parent does not exist
   * @throws IOException if it would be outside
   */
  public Optional<Path> find(String name) throws IOException {
    List<String> parts = ArchivePaths.parts(name);
    return Optional.ofNullable(parts.isEmpty() ? root : paths.existing(parts, name));
  }

  /**
   * Returns the directory that a name leads to; a tree that {@link #followingLinks follows links}
   * follows those of the last part, too.
   *
   * @param name the name in the archive
   * @return the directory; empty if there is none
   * @throws IOException if it would be outside
   */
  public Optional<Path> findDirectory(String name) throws IOException {
    List<String> parts = ArchivePaths.parts(name);
    Path path = parts.isEmpty() ? root : paths.existing(parts, name);
    BasicFileAttributes known = path == null ? null : attributes(path);
    if (follows && known != null && known.isSymbolicLink()) {
      path = paths.walk(parts, name, false);
      known = path == null ? null : attributes(path);
    }
    return isDirectory(known) ? Optional.ofNullable(path) : Optional.empty();
  }

  /**
   * Deletes an entry with its content; of a link, the link itself. A missing entry is no error.
   *
   * @param path a path in this tree
   * @throws IOException if it cannot be deleted
   */
  public void delete(Path path) throws IOException {
    BasicFileAttributes known = attributes(path);
    paths.forget();
    if (isDirectory(known)) {
      FileTree.delete(path, Writers.GONE);
    } else if (known != null) {
      Files.delete(path);
    }
  }

  /**
   * Returns whether an entry of this name exists; a dangling link counts.
   *
   * @param name the name in the archive
   * @return whether it exists
   * @throws IOException if it would be outside, or its attributes cannot be read
   */
  public boolean has(String name) throws IOException {
    List<String> parts = ArchivePaths.parts(name);
    Path path = parts.isEmpty() ? root : paths.existing(parts, name);
    return path != null && attributes(path) != null;
  }

  /**
   * Returns whether a name is that of a directory, or, in a tree that {@link #followingLinks
   * follows links}, of a link to one.
   *
   * @param name the name in the archive
   * @return whether it is; false if one of its parents is not a directory
   */
  public boolean hasDirectory(String name) {
    try {
      return paths.walk(ArchivePaths.parts(name), name, false) != null;
    } catch (IOException e) {
      return false; // Creating it reports the reason.
    }
  }

  static boolean isDirectory(@Nullable BasicFileAttributes attributes) {
    return attributes != null && attributes.isDirectory();
  }

  static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  static void permit(Path path, int mode) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int bit = BITS - 1; bit >= 0; bit--) {
      text.append(((mode >> bit) & 1) == 1 ? "xwr".charAt(bit % 3) : '-');
    }
    Set<PosixFilePermission> permissions = PosixFilePermissions.fromString(text.toString());
    Files.setPosixFilePermissions(path, permissions);
  }
}
