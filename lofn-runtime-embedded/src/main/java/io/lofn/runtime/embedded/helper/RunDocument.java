package io.lofn.runtime.embedded.helper;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.EngineException;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;

/**
 * The document that {@code lofn-run} reads, or one of its two parts: a header of 16 bytes, then
 * keywords, each with its operands, as strings that end with a NUL. Not thread-safe.
 */
public final class RunDocument {

  private static final String MAGIC = "LOFNRUN1";

  /** The longest document that the program reads. */
  private static final int MOST = 16 << 20;

  private final ByteArrayOutputStream body = new ByteArrayOutputStream(4096);

  /**
   * Adds a keyword with its operands.
   *
   * @param keyword the keyword
   * @param operands its operands: paths are written as the bytes that the node knows them by
   * @return this document
   * @throws EngineException if an operand contains a NUL
   */
  public RunDocument add(String keyword, Object... operands) {
    string(keyword.getBytes(UTF_8), keyword);
    for (Object operand : operands) {
      string(
          operand instanceof Path path ? bytes(path) : operand.toString().getBytes(UTF_8), keyword);
    }
    return this;
  }

  private void string(byte[] bytes, String keyword) {
    for (byte each : bytes) {
      if (each == 0) {
        throw new EngineException(
            "The setting '%s' of a container contains a NUL character; remove it"
                .formatted(keyword));
      }
    }
    body.write(bytes, 0, bytes.length);
    body.write(0);
  }

  /** The JVM may not be able to decode the name of a path, but knows its bytes. */
  private static byte[] bytes(Path path) {
    String text = path.toString();
    if (text.chars().allMatch(c -> c < 128 && c != '?')) {
      return text.getBytes(UTF_8);
    }
    String uri = path.toUri().getRawPath();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < uri.length(); i++) {
      if (uri.charAt(i) == '%') {
        bytes.write(Integer.parseInt(uri.substring(i + 1, i + 3), 16));
        i += 2;
      } else {
        bytes.write(uri.charAt(i));
      }
    }
    byte[] all = bytes.toByteArray();
    // A directory's address ends with a slash.
    boolean slash = all.length > 1 && all[all.length - 1] == '/';
    return slash ? java.util.Arrays.copyOf(all, all.length - 1) : all;
  }

  /**
   * Returns the whole document, or what follows its first part.
   *
   * @return header and content
   * @throws EngineException if it is longer than the program accepts
   */
  public byte[] encoded() {
    return encoded("end");
  }

  /**
   * Returns the first part of a document, which says what namespaces and control groups are made
   * of: {@code parent}, {@code ids}, {@code network} and {@code cgroup}, and nothing else.
   *
   * @return header and content
   * @throws EngineException if it is longer than the program accepts
   */
  public byte[] encodedFirstPart() {
    return encoded("more");
  }

  private byte[] encoded(String last) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream(body.size() + 32);
    int length = body.size() + last.length() + 1;
    if (length > MOST) {
      throw new EngineException(
          "The command, environment and mounts of a container have %d bytes; at most %d are possible"
              .formatted(length, MOST));
    }
    whole.writeBytes((MAGIC + "%08x".formatted(length)).getBytes(ISO_8859_1));
    whole.writeBytes(body.toByteArray());
    whole.writeBytes((last + "\0").getBytes(ISO_8859_1));
    return whole.toByteArray();
  }
}
