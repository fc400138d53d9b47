package io.lofn.image;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Digests as images name them: {@code sha256:} and 64 hexadecimal digits. */
public final class Sha256 {

  static final String PREFIX = "sha256:";

  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

  private Sha256() {}

  /** Returns what computes a hash. */
  public static MessageDigest start() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // Every JDK has it.
    }
  }

  /** Returns the digest of all that was given to it, which is reset then. */
  public static String end(MessageDigest digest) {
    return PREFIX + HexFormat.of().formatHex(digest.digest());
  }

  /** Returns the digest of bytes. */
  public static String of(byte[] bytes) {
    return PREFIX + hex(bytes);
  }

  /**
   * Returns the hash of bytes.
   *
   * @param bytes the bytes
   * @return 64 hexadecimal digits, without a prefix
   */
  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(start().digest(bytes));
  }

  /** Returns whether a text is such a digest. */
  public static boolean isDigest(String text) {
    return DIGEST.matcher(text).matches();
  }
}
