package io.lofn.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Resolves names of an archive inside the directory that it is unpacked to. Remembers the last
 * parent, since most entries follow one of the same directory. Not thread-safe.
 */
final class ArchivePaths {

  private static final int IMPLIED_DIRECTORY = 0755;

  /** The limit of Linux. */
  private static final int MOST_LINKS = 40;

  private final Path root;
  private final BiFunction<Path, String, Path> names;
  private final boolean follows;
  private List<String> lastParents = List.of();
  private @Nullable Path lastPath;

  ArchivePaths(Path root, BiFunction<Path, String, Path> names, boolean follows) {
    this.root = root;
    this.names = names;
    this.follows = follows;
  }

  /** Forgets the last parent; must be called before anything is deleted in the directory. */
  void forget() {
    lastPath = null;
  }

  /** Splits a name in an archive; archives may write {@code ./} and {@code /} before it. */
  static List<String> parts(String name) throws IOException {
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
  Path place(List<String> parts, String name) throws IOException {
    return Objects.requireNonNull(path(parts, name, true));
  }

  /** Returns the path of a name; null if a parent is missing. */
  @Nullable Path existing(List<String> parts, String name) throws IOException {
    return path(parts, name, false);
  }

  private @Nullable Path path(List<String> parts, String name, boolean make) throws IOException {
    List<String> parents = parts.subList(0, parts.size() - 1);
    if (lastPath == null || !parents.equals(lastParents)) {
      lastPath = walk(parents, name, make);
      lastParents = List.copyOf(parents);
    }
    return lastPath == null ? null : names.apply(lastPath, parts.get(parts.size() - 1));
  }

  /**
   * Resolves a directory from the root by these parts. Each part is checked before the next one is
   * resolved in it, so that the system itself never follows a link.
   *
   * @param make whether to create missing directories, except behind a link
   * @return null if it is missing and not created
   */
  @Nullable Path walk(List<String> parts, String name, boolean make) throws IOException {
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
      BasicFileAttributes known = UnpackedTree.attributes(next);
      if (UnpackedTree.isDirectory(known)) {
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
        UnpackedTree.permit(next, IMPLIED_DIRECTORY);
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
}
