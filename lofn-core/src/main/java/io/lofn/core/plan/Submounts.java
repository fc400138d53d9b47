package io.lofn.core.plan;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.LofnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the file systems that this node has mounted below a directory. Compares names as bytes, one
 * char for each, since they need not be text in any encoding.
 */
public final class Submounts {

  public static final Path OF_THIS_PROCESS = Path.of("/proc/self/mountinfo");

  private static final Pattern ESCAPE = Pattern.compile("\\\\([0-7]{3})");
  private static final Pattern PERCENT = Pattern.compile("%([0-9A-Fa-f]{2})");
  private static final int MOUNT_POINT = 4;
  private static final int OPTIONS = 5;

  private final Path mountinfo;

  /**
   * @param mountinfo the kernel's table of mounts
   */
  public Submounts(Path mountinfo) {
    this.mountinfo = mountinfo;
  }

  /** Returns whether the system has such a table. */
  public boolean areKnown() {
    return Files.isReadable(mountinfo);
  }

  /**
   * Returns the writable mounts below a directory, each with the type of its file system.
   *
   * @throws LofnException if they cannot be determined
   */
  public List<String> writableBelow(Path directory) {
    try {
      String prefix = bytes(directory.toRealPath()).replaceFirst("/+$", "") + "/";
      List<String> found = new ArrayList<>();
      for (String line : Files.readAllLines(mountinfo, ISO_8859_1)) {
        List<String> fields = Arrays.asList(line.split(" ", -1));
        int end = fields.indexOf("-");
        String point = unescaped(fields.get(MOUNT_POINT));
        boolean below = point.startsWith(prefix) && point.length() > prefix.length();
        if (below && !isReadOnly(fields.get(OPTIONS)) && !isReadOnly(fields.get(end + 3))) {
          found.add("%s (%s)".formatted(text(point), fields.get(end + 1)));
        }
      }
      return found;
    } catch (IOException | IndexOutOfBoundsException e) {
      throw new LofnException(
          "Cannot determine what is mounted below %s: %s".formatted(directory, e), e);
    }
  }

  private static boolean isReadOnly(String options) {
    return Arrays.asList(options.split(",", -1)).contains("ro");
  }

  /** Returns a path of the system as bytes; the JVM makes text of it, but its URI has them all. */
  private static String bytes(Path path) {
    return PERCENT
        .matcher(path.toUri().getRawPath())
        .replaceAll(found -> quoted((char) Integer.parseInt(found.group(1), 16)));
  }

  private static String unescaped(String field) {
    return ESCAPE
        .matcher(field)
        .replaceAll(found -> quoted((char) Integer.parseInt(found.group(1), 8)));
  }

  private static String quoted(char character) {
    return Matcher.quoteReplacement(Character.toString(character));
  }

  private static String text(String bytes) {
    return new String(bytes.getBytes(ISO_8859_1), UTF_8);
  }
}
