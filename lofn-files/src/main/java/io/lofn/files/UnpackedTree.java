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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
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

  private static final int IMPLIED_DIRECTORY = 0755;
  private static final int OWN_DIRECTORY = 0700;
  private static final int OWN_FILE = 0400;
  private static final int BITS = 9;
  private static final int ASCII = 0x80;

  /** The limit of Linux. */
  private static final int MOST_LINKS = 40;

  private final Path root;
  private final BiFunction<Path, String, Path> names;
  private final boolean follows;

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
    List<String> parts = parts(name);
    if (parts.isEmpty()) {
      return;
    }
    Path path = place(parts, name);
    if (!isDirectory(attributes(path))) {
      Files.deleteIfExists(path);
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
    List<String> parts = parts(name);
    if (parts.isEmpty()) {
      throw new IOException("Its entry '" + name + "' has no file name");
    }
    Path path = place(parts, name);
    FileTree.delete(path, Writers.GONE);
    return path;
  }

  /**
   * Sets the permissions of a file of this tree.
   *
   * @param file the path that {@link #file} returned, with the file created
   * @param mode the permissions; its owner may always read it, and special bits, which would give
   *     this user's rights to others, are ignored
   * @throws IOException if they cannot be set
   */
  public static void permitFile(Path file, int mode) throws IOException {
    permit(file, OWN_FILE | mode);
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
    List<String> parts = parts(target);
    Path there = parts.isEmpty() ? null : existing(parts, target);
    BasicFileAttributes known = there == null ? null : attributes(there);
    if (there == null || known == null || !(known.isRegularFile() || known.isSymbolicLink())) {
      throw new IOException(
          "Its hard link '%s' leads to '%s', which is not a file of the archive"
              .formatted(name, target));
    }
    List<String> own = parts(name);
    if (!own.isEmpty() && place(own, name).equals(there)) {
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
   * Deletes an entry with its content; of a link, the link itself. A missing entry is no error.
   *
   * @param name the name in the archive
   * @throws IOException if it would be outside, or cannot be deleted
   */
  public void delete(String name) throws IOException {
    List<String> parts = parts(name);
    Path path = parts.isEmpty() ? null : existing(parts, name);
    if (path != null) {
      FileTree.delete(path, Writers.GONE);
    }
  }

  /**
   * Empties a directory. A missing directory, a file or a link is no error.
   *
   * @param name its name in the archive
   * @throws IOException if it would be outside, or cannot be emptied
   */
  public void empty(String name) throws IOException {
    List<String> parts = parts(name);
    Path path = parts.isEmpty() ? root : existing(parts, name);
    BasicFileAttributes known = path == null ? null : attributes(path);
    if (follows && known != null && known.isSymbolicLink()) {
      path = walk(parts, name, false);
      known = path == null ? null : attributes(path);
    }
    if (path != null && isDirectory(known)) {
      FileTree.empty(path, Writers.GONE);
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
    List<String> parts = parts(name);
    Path path = parts.isEmpty() ? root : existing(parts, name);
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
      return walk(parts(name), name, false) != null;
    } catch (IOException e) {
      return false; // Creating it reports the reason.
    }
  }

  /** Splits a name in an archive; archives may write {@code ./} and {@code /} before it. */
  private static List<String> parts(String name) throws IOException {
    List<String> parts = new ArrayList<>();
    for (String part : name.split("/", -1)) {
      if (part.equals("..") || part.indexOf('\0') >= 0) {
        throw new IOException(
            "Its entry '%s' would leave the directory that it is unpacked to".formatted(name));
      }
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return parts;
  }

  /** Returns the path of a name, and creates missing parents. */
  private Path place(List<String> parts, String name) throws IOException {
    Path above = walk(parts.subList(0, parts.size() - 1), name, true);
    return names.apply(Objects.requireNonNull(above), parts.get(parts.size() - 1));
  }

  /** Returns the path of a name; null if a parent is missing. */
  private @Nullable Path existing(List<String> parts, String name) throws IOException {
    Path above = walk(parts.subList(0, parts.size() - 1), name, false);
    return above == null ? null : names.apply(above, parts.get(parts.size() - 1));
  }

  /**
   * Resolves a directory from the root by these parts. Each part is checked before the next one is
   * resolved in it, so that the system itself never follows a link.
   *
   * @param make whether to create missing directories, except behind a link
   * @return null if it is missing and not created
   */
  private @Nullable Path walk(List<String> parts, String name, boolean make) throws IOException {
    Deque<Path> ahead = new ArrayDeque<>();
    parts.forEach(part -> ahead.add(names.apply(root, part).getFileName()));
    int ofName = ahead.size();
    int links = 0;
    Path path = root;
    while (!ahead.isEmpty()) {
      boolean ofLink = ahead.size() > ofName;
      Path part = ahead.removeFirst();
      ofName = Math.min(ofName, ahead.size());
      if (part.toString().equals("..")) {
        path = path.equals(root) ? root : path.getParent();
        continue;
      }
      Path next = path.resolve(part);
      BasicFileAttributes known = attributes(next);
      if (isDirectory(known)) {
        path = next;
      } else if (known != null && known.isSymbolicLink() && follows && links < MOST_LINKS) {
        links++;
        Path target = Files.readSymbolicLink(next);
        path = target.isAbsolute() ? root : path;
        for (int i = target.getNameCount() - 1; i >= 0; i--) {
          ahead.addFirst(target.getName(i));
        }
      } else if (known != null) {
        throw inTheWay(next, known, name);
      } else if (!make) {
        return null;
      } else if (ofLink) {
        throw new IOException(
            "The parent of its entry '%s' is a link to '%s', which does not exist in the archive"
                .formatted(name, root.relativize(next)));
      } else {
        Files.createDirectory(next);
        permit(next, IMPLIED_DIRECTORY);
        path = next;
      }
    }
    return path;
  }

  private IOException inTheWay(Path path, BasicFileAttributes known, String name) {
    return new IOException(
        "A parent of its entry '%s', '%s', is a %s, not a directory"
            .formatted(name, root.relativize(path), known.isSymbolicLink() ? "link" : "file"));
  }

  private static boolean isDirectory(@Nullable BasicFileAttributes attributes) {
    return attributes != null && attributes.isDirectory();
  }

  private static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static void permit(Path path, int mode) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int bit = BITS - 1; bit >= 0; bit--) {
      text.append(((mode >> bit) & 1) == 1 ? "xwr".charAt(bit % 3) : '-');
    }
    Set<PosixFilePermission> permissions = PosixFilePermissions.fromString(text.toString());
    Files.setPosixFilePermissions(path, permissions);
  }
}
