package io.lofn.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;

/**
 * Handles names of files in a directory that a tool shares, such as the exchange. Names are UTF-8
 * there, as tools write them, whatever the locale of this JVM: {@link Path#toString()} and {@link
 * Path#resolve(String)} use the system property {@code sun.jnu.encoding}, and in the locale C they
 * lose every character that is not ASCII.
 */
public final class FileNames {

  private static final int ASCII = 0x80;
  private static final int HEX = 16;

  private FileNames() {}

  /**
   * Checks that a name is relative and does not leave its directory.
   *
   * @param name the name, with {@code /} between its parts
   * @return the name without parts that are empty or {@code .}
   * @throws LofnException if it is empty or absolute, names the directory itself, ends with {@code
   *     /}, or has a NUL or a part {@code ..}
   */
  public static String relative(String name) {
    if (name.endsWith("/") && !name.startsWith("/")) {
      throw new LofnException(
          "The name '%s' is that of a directory; name a file in it".formatted(shown(name)));
    }
    String relative = directory(name);
    if (relative.equals(".")) {
      throw new LofnException(
          "The name '%s' is that of the exchange itself; name a file in it".formatted(shown(name)));
    }
    return relative;
  }

  /**
   * Checks the name of a directory in the same way: {@code .} is the exchange, and a slash at the
   * end is removed.
   */
  static String directory(String name) {
    if (name.isEmpty()) {
      throw new LofnException("The name of a file of the exchange is empty");
    }
    if (name.startsWith("/")) {
      throw new LofnException(
          "The name '%s' is absolute; a file of the exchange is named relative to it, as in 'x' for what the tool sees as /shared/x"
              .formatted(shown(name)));
    }
    if (name.indexOf('\0') >= 0 || ("/" + name + "/").contains("/../")) {
      throw new LofnException(
          "The name '%s' leaves the exchange: it must have neither '..' nor NUL"
              .formatted(shown(name)));
    }
    String relative =
        Arrays.stream(name.split("/"))
            .filter(part -> !part.isEmpty() && !part.equals("."))
            .collect(Collectors.joining("/"));
    return relative.isEmpty() ? "." : relative;
  }

  /**
   * Returns the path of a name in a directory. Pass it to {@link java.nio.file.Files}: {@link
   * Path#toFile()} uses the locale again.
   *
   * @param directory an absolute path
   * @param name a name that {@link #relative} accepts
   * @return the path, which need not exist
   * @throws LofnException if {@link #relative} refuses the name, or it cannot be encoded
   */
  public static Path resolve(Path directory, String name) {
    return path(directory, relative(name));
  }

  /** Returns the path of a name that was checked. */
  static Path path(Path directory, String relative) {
    if (isAscii(relative) || !isDefault(directory)) {
      return directory.resolve(relative);
    }
    StringBuilder uri = new StringBuilder("file://").append(rawDirectory(directory));
    ByteBuffer bytes = encoded(relative);
    while (bytes.hasRemaining()) {
      int next = bytes.get() & 0xff;
      if (next == '/') {
        uri.append('/');
      } else {
        uri.append('%').append(HexFormat.of().withUpperCase().toHexDigits((byte) next));
      }
    }
    return Path.of(URI.create(uri.toString()));
  }

  private static ByteBuffer encoded(String name) {
    try {
      return UTF_8.newEncoder().encode(CharBuffer.wrap(name));
    } catch (CharacterCodingException e) {
      throw new LofnException(
          "The name '%s' has half a character and cannot be written in UTF-8"
              .formatted(shown(name)),
          e);
    }
  }

  /**
   * Returns the name of a file in or below a directory.
   *
   * @param directory an absolute path
   * @param file an absolute path below it, as walking the directory gives it
   * @return the name relative to the directory, with {@code /} between its parts
   * @throws LofnException if it is not UTF-8; the message contains its bytes
   */
  public static String of(Path directory, Path file) {
    String name = replaced(directory, file);
    if (name.indexOf('\uFFFD') >= 0 && !path(directory, name).equals(file)) {
      throw new LofnException(
          "The name '%s' of a file in the exchange is not UTF-8; let the tool use UTF-8 or ASCII names"
              .formatted(bytesShown(directory, file)));
    }
    return name;
  }

  /**
   * Returns the name of a file that need not be UTF-8, for messages and for comparison with a
   * pattern.
   *
   * @param directory an absolute path
   * @param file an absolute path below it
   * @return the name, with a replacement character (U+FFFD) for each byte that is not UTF-8
   */
  public static String replaced(Path directory, Path file) {
    String local = directory.relativize(file).toString();
    if (isAscii(local) || !isDefault(file)) {
      return local;
    }
    byte[] bytes = rawName(directory, file);
    StringBuilder name = new StringBuilder();
    int start = 0;
    while (start < bytes.length) {
      int length = validLength(bytes, start);
      name.append(length == 0 ? "\uFFFD" : new String(bytes, start, length, UTF_8));
      start += Math.max(1, length);
    }
    return name.toString();
  }

  /** Returns how many of the next bytes are one character; 0 if they are not UTF-8. */
  private static int validLength(byte[] bytes, int start) {
    for (int length = 1; length <= 4 && start + length <= bytes.length; length++) {
      String one = new String(bytes, start, length, UTF_8);
      if (one.codePointCount(0, one.length()) == 1
          && Arrays.equals(one.getBytes(UTF_8), Arrays.copyOfRange(bytes, start, start + length))) {
        return length;
      }
    }
    return 0;
  }

  private static byte[] rawName(Path directory, Path file) {
    String raw = file.toUri().getRawPath().substring(rawDirectory(directory).length());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < raw.length(); i++) {
      if (raw.charAt(i) == '%') {
        bytes.write(Integer.parseInt(raw.substring(i + 1, i + 3), HEX));
        i += 2;
      } else {
        bytes.write(raw.charAt(i));
      }
    }
    return bytes.toByteArray();
  }

  private static String rawDirectory(Path directory) {
    String raw = directory.toUri().getRawPath();
    return raw.endsWith("/") ? raw : raw + "/";
  }

  private static String bytesShown(Path directory, Path file) {
    StringBuilder text = new StringBuilder();
    for (byte each : rawName(directory, file)) {
      boolean plain = each > ' ' && each < 0x7f;
      text.append(plain ? Character.toString(each) : "\\x" + HexFormat.of().toHexDigits(each));
    }
    return text.toString();
  }

  private static boolean isDefault(Path path) {
    return path.getFileSystem() == FileSystems.getDefault();
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < ASCII);
  }

  /** Returns a name for a message; it may have line ends and characters that no terminal shows. */
  static String shown(String name) {
    return Printable.line(name);
  }
}
