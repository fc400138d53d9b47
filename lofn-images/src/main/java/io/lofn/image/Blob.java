package io.lofn.image;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of an archive.
 *
 * @param file its name
 * @param digest its digest, if the archive says it; otherwise empty
 */
record Blob(String file, String digest) {

  private static final int BUFFER = 1 << 16;

  private static final Pattern NAMED_BY_DIGEST =
      Pattern.compile("(?:.*/)?(?:sha256/([0-9a-f]{64})|([0-9a-f]{64})\\.json)");

  /** Returns a file of an archive of docker, whose name may be its digest. */
  static Blob named(String file) {
    Matcher matcher = NAMED_BY_DIGEST.matcher(file);
    if (!matcher.matches()) {
      return new Blob(file, "");
    }
    String hex = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
    return new Blob(file, Sha256.PREFIX + hex);
  }

  /** Returns the file of an OCI layout with a digest. */
  static Blob of(String digest) throws IOException {
    if (!Sha256.isDigest(digest)) {
      throw new IOException("it refers to '%s', which is no SHA-256 digest".formatted(digest));
    }
    return new Blob(OciLayout.blob(digest), digest);
  }

  /**
   * Reads it, up to a limit.
   *
   * @throws IOException if it is longer, or its digest is another
   */
  byte[] read(ArchiveFiles files, int limit) throws IOException {
    try (InputStream in = files.open(file)) {
      byte[] bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw new IOException("its file %s has more than %d bytes".formatted(file, limit));
      }
      if (!digest.isEmpty() && !digest.equals(Sha256.of(bytes))) {
        throw DigestCheck.damaged(file, "the file", Sha256.of(bytes), digest);
      }
      return bytes;
    }
  }

  /**
   * Opens it as a layer, uncompressed. The digests are checked where it ends.
   *
   * @param diffId the digest of the uncompressed layer; empty if it is unknown
   * @param deadline as {@link System#nanoTime()} counts
   */
  InputStream layer(ArchiveFiles files, String diffId, long deadline) throws IOException {
    InputStream raw = files.open(file);
    try {
      String expected = files.areChecked() ? "" : digest;
      InputStream stored = new DigestCheck(raw, raw, expected, file, "the file");
      InputStream in = new BufferedInputStream(new TimedStream(stored, deadline), BUFFER);
      InputStream layer = Compression.of(in).plain(in);
      // A file that is not compressed would be hashed twice.
      return layer == in && expected.equals(diffId)
          ? in
          : new DigestCheck(layer, in, diffId, file, "the uncompressed layer");
    } catch (IOException | RuntimeException e) {
      raw.close();
      throw e;
    }
  }
}
