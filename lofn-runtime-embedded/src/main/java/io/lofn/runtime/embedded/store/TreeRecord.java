package io.lofn.runtime.embedded.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.lofn.api.Printable;
import io.lofn.image.FileSums;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * What was unpacked: a line for each entry of a tree, with its kind, mode, size, time and checksum,
 * by which damage is found. It protects against disks and accidents, not against this user.
 */
final class TreeRecord {

  private static final int BLOCK = 4096;
  private static final int BUFFER = 1 << 17;
  private static final int SHOWN = 10;
  private static final Pattern UNUSUAL = Pattern.compile("[^\\x21-\\x7e]+");

  private TreeRecord() {}

  /** Is called for each entry of a tree. */
  @FunctionalInterface
  private interface Visitor {
    void visit(Path path, PosixFileAttributes attributes) throws IOException;
  }

  /**
   * Writes a record.
   *
   * @param sums of the files, as they were written
   * @param file is made
   * @return how many bytes of the disk the tree takes, about
   */
  static long write(Path root, FileSums sums, Path file) throws IOException {
    long[] bytes = {0};
    try (BufferedWriter out = Files.newBufferedWriter(file, UTF_8)) {
      walk(
          root,
          (path, found) -> {
            OptionalLong sum = found.isRegularFile() ? sums.find(path) : OptionalLong.empty();
            out.write(line(path, found, sum) + " " + key(root, path) + "\n");
            bytes[0] += sums.isLink(path) ? 0 : taken(found);
          });
    }
    return bytes[0];
  }

  /** Returns how much of a disk a tree takes, about. */
  static long measure(Path root) throws IOException {
    long[] bytes = {0};
    walk(root, (path, found) -> bytes[0] += taken(found));
    return bytes[0];
  }

  private static long taken(PosixFileAttributes found) {
    if (found.isRegularFile()) {
      return (found.size() + BLOCK - 1) / BLOCK * BLOCK;
    }
    return found.isDirectory() ? BLOCK : 0;
  }

  /**
   * Compares a tree with its record; reads all files.
   *
   * @return what differs: the first entries, and how many more there are; none if nothing does
   */
  static List<String> differences(Path root, Path file) throws IOException {
    Map<String, String> recorded = read(file);
    List<String> all = new ArrayList<>();
    int[] more = {0};
    walk(
        root,
        (path, found) -> {
          String line = recorded.remove(key(root, path));
          String why = line == null ? "was not there" : change(line, path, found);
          if (!why.isEmpty()) {
            note(all, more, Printable.line("/" + root.relativize(path)) + " " + why);
          }
        });
    recorded.keySet().stream()
        .sorted()
        .forEach(each -> note(all, more, "/" + each + " is missing"));
    if (more[0] > 0) {
      all.add("and %d more".formatted(more[0]));
    }
    return all;
  }

  private static void note(List<String> all, int[] more, String text) {
    if (all.size() < SHOWN) {
      all.add(text);
    } else {
      more[0]++;
    }
  }

  private static Map<String, String> read(Path file) throws IOException {
    Map<String, String> lines = new HashMap<>();
    try (BufferedReader in = Files.newBufferedReader(file, UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        int end = line.lastIndexOf(' ');
        if (end < 0) {
          throw new IOException(file + " is damaged");
        }
        lines.put(line.substring(end + 1), line.substring(0, end));
      }
    }
    return lines;
  }

  /** Reads a file only if it looks as it did. */
  private static String change(String recorded, Path path, PosixFileAttributes found) {
    try {
      boolean read = found.isRegularFile() && !recorded.endsWith(" -");
      String attributes = line(path, found, OptionalLong.empty());
      String known = recorded.substring(0, recorded.lastIndexOf(' '));
      if (!attributes.equals(known + " -")) {
        return "was '%s' and is '%s'"
            .formatted(known, attributes.substring(0, attributes.length() - 2));
      }
      return read && !line(path, found, OptionalLong.of(sum(path))).equals(recorded)
          ? "has other content"
          : "";
    } catch (IOException e) {
      return "cannot be read: " + Printable.line(e.toString());
    }
  }

  private static long sum(Path file) throws IOException {
    CRC32C sum = new CRC32C();
    ByteBuffer block = ByteBuffer.allocate(BUFFER);
    try (FileChannel channel = FileChannel.open(file)) {
      for (int read = channel.read(block); read >= 0; read = channel.read(block)) {
        sum.update(block.array(), 0, read);
        block.clear();
      }
    }
    return sum.getValue();
  }

  /** Of a directory the time changes with its entries, and that of some is not kept. */
  private static String line(Path path, PosixFileAttributes found, OptionalLong sum)
      throws IOException {
    String mode = PosixFilePermissions.toString(found.permissions());
    if (found.isRegularFile()) {
      String content = sum.isPresent() ? Long.toHexString(sum.getAsLong()) : "-";
      long time = found.lastModifiedTime().toMillis();
      return "file " + mode + " " + found.size() + " " + time + " " + content;
    }
    return found.isDirectory()
        ? "directory " + mode + " -"
        : "link " + text(Files.readSymbolicLink(path)) + " -";
  }

  private static String key(Path root, Path path) {
    return text(root.relativize(path));
  }

  /**
   * Returns a text for a path that is the same in all locales: in some the texts of different paths
   * are equal, and the hash codes of their bytes are not.
   */
  private static String text(Path path) {
    Matcher unusual = UNUSUAL.matcher(path.toString());
    return unusual.find()
        ? unusual.replaceAll("?") + "#" + Integer.toHexString(path.hashCode())
        : path.toString();
  }

  private static void walk(Path root, Visitor visitor) throws IOException {
    Deque<Path> directories = new ArrayDeque<>(List.of(root));
    while (!directories.isEmpty()) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(directories.pop())) {
        for (Path each : entries) {
          PosixFileAttributes found =
              Files.readAttributes(each, PosixFileAttributes.class, NOFOLLOW_LINKS);
          visitor.visit(each, found);
          if (found.isDirectory()) {
            directories.push(each);
          }
        }
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    }
  }
}
