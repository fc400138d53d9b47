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
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A directory that archives are unpacked to, and that nothing in them may leave. Names, and the
 * targets of hard links, lead from the directory downwards, by directories only: a link in the way
 * is never followed, whoever made it. Where a symbolic link leads is not looked at.
 *
 * <p>Nobody else may write in the directory meanwhile. Not thread-safe.
 */
public final class UnpackedTree {

  private static final int IMPLIED_DIRECTORY = 0755;
  private static final int OWN_DIRECTORY = 0700;
  private static final int OWN_FILE = 0400;
  private static final int BITS = 9;
  private static final int ASCII = 0x80;

  private final Path root;
  private final BiFunction<Path, String, Path> names;

  /**
   * A tree.
   *
   * @param root the directory, which is there
   * @param names makes the path of a single name in a directory
   */
  public UnpackedTree(Path root, BiFunction<Path, String, Path> names) {
    this.root = root;
    this.names = names;
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
    if (parts(name).equals(parts)) {
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
    if (path != null && isDirectory(attributes(path))) {
      FileTree.empty(path, Writers.GONE);
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
    Path path = root;
    for (String part : parts.subList(0, parts.size() - 1)) {
      path = names.apply(path, part);
      BasicFileAttributes known = attributes(path);
      if (known == null) {
        Files.createDirectory(path);
        permit(path, IMPLIED_DIRECTORY);
      } else if (!known.isDirectory()) {
        throw inTheWay(path, known, name);
      }
    }
    return names.apply(path, parts.get(parts.size() - 1));
  }

  /** The path of a name; null if a directory on the way is missing. */
  private @Nullable Path existing(List<String> parts, String name) throws IOException {
    Path path = root;
    for (String part : parts.subList(0, parts.size() - 1)) {
      path = names.apply(path, part);
      BasicFileAttributes known = attributes(path);
      if (known == null) {
        return null;
      }
      if (!known.isDirectory()) {
        throw inTheWay(path, known, name);
      }
    }
    return names.apply(path, parts.get(parts.size() - 1));
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
