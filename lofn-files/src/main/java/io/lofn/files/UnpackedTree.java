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
 * A directory that archives are unpacked to, and that nothing in them may leave. Names, and the
 * targets of hard links, lead from the directory downwards, by directories only: a link in the way
 * is an error, or leads to a directory of this one ({@link #followingLinks}). Where a symbolic link
 * leads is not looked at when it is made.
 *
 * <p>Nobody else may write in the directory meanwhile. Not thread-safe.
 */
public final class UnpackedTree {

  private static final int IMPLIED_DIRECTORY = 0755;
  private static final int OWN_DIRECTORY = 0700;
  private static final int OWN_FILE = 0400;
  private static final int BITS = 9;
  private static final int ASCII = 0x80;

  /** As many as Linux follows. */
  private static final int MOST_LINKS = 40;

  private final Path root;
  private final BiFunction<Path, String, Path> names;
  private final boolean follows;

  /**
   * A tree.
   *
   * @param root the directory, which is there
   * @param names makes the path of a single name in a directory
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
   * The same tree, where links in the way of a name are followed as in a process whose root it is:
   * an absolute one leads from its root, and {@code ..} not above that.
   *
   * @return a tree of the same directory
   */
  public UnpackedTree followingLinks() {
    return new UnpackedTree(root, names, true);
  }

  /**
   * Makes a directory, and those above it. What is there and no directory, a link to one included,
   * makes place for it.
   *
   * @param name its name in the archive
   * @param mode its permissions; its owner has all in any case, and special bits are left out
   * @throws IOException if it would lie outside, or cannot be made
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
   * Makes place for a file: what has its name is deleted, and the directories above it are made.
   *
   * @param name its name in the archive
   * @return where the file is to be made, as a new one
   * @throws IOException if it would lie outside, or nothing can be made there
   */
  public Path file(String name) throws IOException {
    List<String> parts = parts(name);
    if (parts.isEmpty()) {
      throw new IOException("Its entry '" + name + "' names no file");
    }
    Path path = place(parts, name);
    FileTree.delete(path, Writers.GONE);
    return path;
  }

  /**
   * Sets the permissions of a file of this tree.
   *
   * @param file what {@link #file} told, made
   * @param mode the permissions; its owner may read it in any case, and special bits are left out,
   *     which would lend this user's rights to others
   * @throws IOException if they cannot be set
   */
  public static void permitFile(Path file, int mode) throws IOException {
    permit(file, OWN_FILE | mode);
  }

  /**
   * Makes a symbolic link.
   *
   * @param name its name in the archive
   * @param target where it leads, which is not looked at; it is written in UTF-8, whatever the
   *     locale of this JVM
   * @throws IOException if it would lie outside, or cannot be made, or no link can lead there
   */
  public void symbolicLink(String name, String target) throws IOException {
    Path path = target(name, target);
    Files.createSymbolicLink(file(name), path);
  }

  private static Path target(String name, String target) throws IOException {
    if (target.isEmpty() || target.indexOf('\0') >= 0) {
      throw new IOException("Its symbolic link '" + name + "' leads to no name");
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
    // Not relativize(), which takes the parts '..' away.
    return target.startsWith("/") ? absolute : absolute.subpath(0, absolute.getNameCount());
  }

  /**
   * Gives a file, or a symbolic link, another name.
   *
   * @param name the new name in the archive
   * @param target the name that it has already
   * @throws IOException if one of them would lie outside, or the target is neither
   */
  public void hardLink(String name, String target) throws IOException {
    List<String> parts = parts(target);
    Path there = parts.isEmpty() ? null : existing(parts, target);
    BasicFileAttributes known = there == null ? null : attributes(there);
    if (there == null || known == null || !(known.isRegularFile() || known.isSymbolicLink())) {
      throw new IOException(
          "Its hard link '%s' leads to '%s', which is no file of it".formatted(name, target));
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
          "Its hard link '%s' takes the place of its target '%s'".formatted(name, target));
    }
    Files.createLink(link, there);
  }

  /**
   * Deletes what has a name, with all below it; a link itself. That there is nothing is no error.
   *
   * @param name the name in the archive
   * @throws IOException if it would lie outside, or cannot be deleted
   */
  public void delete(String name) throws IOException {
    List<String> parts = parts(name);
    Path path = parts.isEmpty() ? null : existing(parts, name);
    if (path != null) {
      FileTree.delete(path, Writers.GONE);
    }
  }

  /**
   * Empties a directory. That there is none, but a file or a link, is no error.
   *
   * @param name its name in the archive
   * @throws IOException if it would lie outside, or cannot be emptied
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
   * Tells whether there is something of a name, be it a link that leads nowhere.
   *
   * @param name the name in the archive
   * @return whether there is
   * @throws IOException if it would lie outside, or cannot be looked at
   */
  public boolean has(String name) throws IOException {
    List<String> parts = parts(name);
    Path path = parts.isEmpty() ? root : existing(parts, name);
    return path != null && attributes(path) != null;
  }

  /**
   * Tells whether a name is that of a directory, or, in a tree that {@link #followingLinks follows
   * links}, of a link to one.
   *
   * @param name the name in the archive
   * @return whether it is; not if something in its way is no directory
   */
  public boolean hasDirectory(String name) {
    try {
      return walk(parts(name), name, false) != null;
    } catch (IOException e) {
      return false; // Whoever makes it then is told why not.
    }
  }

  /** What a name in an archive is made of; archives write {@code ./} and {@code /} before it. */
  private static List<String> parts(String name) throws IOException {
    List<String> parts = new ArrayList<>();
    for (String part : name.split("/", -1)) {
      if (part.equals("..") || part.indexOf('\0') >= 0) {
        throw new IOException(
            "Its entry '%s' would leave the directory it is unpacked to".formatted(name));
      }
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return parts;
  }

  /** The path of a name, in directories that are made where they are missing. */
  private Path place(List<String> parts, String name) throws IOException {
    Path above = walk(parts.subList(0, parts.size() - 1), name, true);
    return names.apply(Objects.requireNonNull(above), parts.get(parts.size() - 1));
  }

  /** The path of a name; null if a directory on the way is missing. */
  private @Nullable Path existing(List<String> parts, String name) throws IOException {
    Path above = walk(parts.subList(0, parts.size() - 1), name, false);
    return above == null ? null : names.apply(above, parts.get(parts.size() - 1));
  }

  /**
   * The directory that is reached from the root by these parts. Each is looked at before the next
   * one is named in it, so that the system itself never follows a link.
   *
   * @param make whether to make what is missing, though not where a link leads
   * @return null if it is missing and not made
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
            "Its entry '%s' leads through a link to %s, which it does not have"
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
        "Its entry '%s' leads through %s, which is a %s"
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
