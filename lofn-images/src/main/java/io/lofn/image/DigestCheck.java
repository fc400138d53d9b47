package io.lofn.image;

import io.lofn.spi.BlockInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/** A stream that fails at its end if its bytes do not have the expected digest. */
final class DigestCheck extends BlockInputStream {

  private static final int BUFFER = 1 << 13;

  private final MessageDigest digest = Sha256.start();
  private final InputStream in;
  private final InputStream below;
  private final String expected;
  private final String file;
  private final String what;
  private boolean ended;

  /**
   * @param below read to its end before the check: a decoder may not read what follows its data
   * @param expected the digest; empty if it is unknown
   * @param file the file's name, for messages
   * @param what of which form of the file the digest is, for messages
   */
  DigestCheck(InputStream in, InputStream below, String expected, String file, String what) {
    this.in = in;
    this.below = below;
    this.expected = expected;
    this.file = file;
    this.what = what;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int read;
    try {
      read = in.read(bytes, offset, length);
    } catch (IOException e) {
      throw explained(e);
    }
    if (read > 0 && !expected.isEmpty()) {
      digest.update(bytes, offset, read);
    } else if (read < 0 && !ended) {
      ended = true;
      drain();
      require();
    }
    return read;
  }

  private void drain() throws IOException {
    byte[] rest = new byte[BUFFER];
    int more = below == in ? -1 : below.read(rest);
    while (more >= 0) {
      more = below.read(rest);
    }
  }

  /** Where a decoder finds the damage, the digest of what it reads is told, if it is known. */
  private IOException explained(IOException failure) {
    try {
      drain();
    } catch (IOException damaged) {
      damaged.addSuppressed(failure);
      return damaged;
    }
    return failure instanceof EOFException
        ? new IOException("its file %s ends too early: it was cut".formatted(file), failure)
        : failure;
  }

  private void require() throws IOException {
    String found = expected.isEmpty() ? "" : Sha256.end(digest);
    if (!expected.equals(found)) {
      throw damaged(file, what, found, expected);
    }
  }

  static IOException damaged(String file, String what, String found, String expected) {
    return new IOException(
        "its file %s is damaged: the SHA-256 digest of %s is %s instead of %s; copy the archive again, or write or push the image again"
            .formatted(file, what, found, expected));
  }

  @Override
  public int available() throws IOException {
    return in.available();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
