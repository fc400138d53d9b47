package io.lofn.runtime.embedded.sandbox;

import io.lofn.api.EngineException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** The users and groups that an image's own files know. */
final class ImageUsers {

  /** The greatest id; the kernel gives the next one a meaning of its own. */
  private static final long MOST = 0xffff_fffeL;

  private static final int MOST_LINKS = 40;

  /** Enough for ten thousands of users; what follows does not count. */
  private static final int MOST_BYTES = 1 << 20;

  /** The fields that count are at the begin of a line; members of a group follow them. */
  private static final int LONGEST_LINE = 4096;

  private final Path root;

  ImageUsers(Path root) {
    this.root = root;
  }

  /**
   * A user as the kernel knows it.
   *
   * @param uid the user
   * @param gid its group
   * @param home its home directory
   */
  record Ids(long uid, long gid, String home) {}

  /**
   * Finds a user.
   *
   * @param user a name or an id, and after a colon perhaps those of a group
   * @throws EngineException if the image has no such name
   */
  Ids find(String user) {
    int colon = user.indexOf(':');
    String name = colon < 0 ? user : user.substring(0, colon);
    String group = colon < 0 ? "" : user.substring(colon + 1);
    Optional<String[]> entry = entry("etc/passwd", name, 7);
    if (entry.isEmpty() && !isNumber(name)) {
      throw unknown("user", name, "passwd");
    }
    long uid = entry.map(fields -> number(fields[2])).orElseGet(() -> number(name));
    long gid = group.isEmpty() ? entry.map(fields -> number(fields[3])).orElse(0L) : groupOf(group);
    String home = entry.map(fields -> fields[5]).filter(each -> !each.isEmpty()).orElse("/");
    return new Ids(uid, gid, home);
  }

  private long groupOf(String group) {
    Optional<String[]> entry = entry("etc/group", group, 4);
    if (entry.isEmpty() && !isNumber(group)) {
      throw unknown("group", group, "group");
    }
    return entry.map(fields -> number(fields[2])).orElseGet(() -> number(group));
  }

  private static EngineException unknown(String kind, String name, String file) {
    return new EngineException(
        "The %s '%s' is not in /etc/%s of the image; write the %s of Tool.user as a number, or as a name that the image has"
            .formatted(kind, name, file, kind));
  }

  private static boolean isNumber(String text) {
    return text.matches("\\d{1,10}");
  }

  private static long number(String text) {
    if (!isNumber(text) || Long.parseLong(text) > MOST) {
      throw new EngineException(
          "'%s' is not a possible number of a user or a group; the greatest is %d"
              .formatted(text, MOST));
    }
    return Long.parseLong(text);
  }

  /** Returns the fields of the line of a name or a number; the first line counts. */
  private Optional<String[]> entry(String file, String key, int fields) {
    try (InputStream in = open(file)) {
      for (int left = MOST_BYTES; left > 0; ) {
        StringBuilder line = new StringBuilder();
        left -= readLine(in, line, left);
        String[] parts = line.toString().split(":", -1);
        boolean whole = parts.length >= fields && isNumber(parts[2]);
        if (whole && (fields < 7 || isNumber(parts[3])) && isOf(parts, key)) {
          return Optional.of(parts);
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  private static boolean isOf(String[] parts, String key) {
    return parts[0].equals(key)
        || (isNumber(key) && Long.parseLong(parts[2]) == Long.parseLong(key));
  }

  /** Reads a line, and keeps its begin; returns how many bytes it had, all at the end. */
  private static int readLine(InputStream in, StringBuilder line, int most) throws IOException {
    for (int read = 1; read <= most; read++) {
      int next = in.read();
      if (next < 0) {
        return most;
      }
      if (next == '\n') {
        return read;
      }
      if (line.length() < LONGEST_LINE) {
        line.append((char) next);
      }
    }
    return most;
  }

  private InputStream open(String file) throws IOException {
    Path found = resolve(Path.of(file));
    return Files.isRegularFile(found, LinkOption.NOFOLLOW_LINKS)
        ? new BufferedInputStream(Files.newInputStream(found, LinkOption.NOFOLLOW_LINKS))
        : InputStream.nullInputStream();
  }

  /** Follows the links of a path as a process in the image would: never out of it. */
  private Path resolve(Path wanted) throws IOException {
    Deque<Path> rest = new ArrayDeque<>();
    push(rest, wanted);
    Path at = root;
    for (int links = 0; !rest.isEmpty(); ) {
      Path name = rest.pop();
      if (name.toString().isEmpty() || name.toString().equals(".")) {
        continue;
      }
      if (name.toString().equals("..")) {
        at = at.equals(root) ? root : at.getParent();
        continue;
      }
      Path next = at.resolve(name);
      if (!Files.isSymbolicLink(next)) {
        at = next;
        continue;
      }
      if (++links > MOST_LINKS) {
        throw new FileSystemLoopException(wanted.toString());
      }
      Path target = Files.readSymbolicLink(next);
      at = target.isAbsolute() ? root : at;
      push(rest, target);
    }
    if (!at.startsWith(root)) {
      throw new NoSuchFileException(wanted.toString());
    }
    return at;
  }

  private static void push(Deque<Path> rest, Path path) {
    for (int i = path.getNameCount() - 1; i >= 0; i--) {
      rest.push(path.getName(i));
    }
  }
}
