package io.lofn.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** How an archive or a layer is compressed; its first bytes tell. */
enum Compression {
  NONE(""),
  GZIP("\u001f\u008b"),
  ZSTD("(\u00b5/\u00fd"),
  BZIP2("BZh"),
  XZ("\u00fd7zXZ\0");

  private static final int LONGEST = 6;
  private static final int BUFFER = 1 << 16;

  /** Twice what {@code xz -9} needs; the format allows dictionaries of more than a GiB. */
  private static final int MOST_KIB_OF_XZ = 128 << 10;

  private final String head;

  Compression(String head) {
    this.head = head;
  }

  /**
   * Returns how a stream is compressed, which stays at its start.
   *
   * @param in a stream that can be reset
   */
  static Compression of(InputStream in) throws IOException {
    in.mark(LONGEST);
    String start = new String(in.readNBytes(LONGEST), ISO_8859_1);
    in.reset();
    for (Compression each : values()) {
      if (each != NONE && start.startsWith(each.head)) {
        return each;
      }
    }
    return NONE;
  }

  /**
   * Returns the uncompressed bytes of a stream.
   *
   * @throws IOException if this JVM has no library for the format; Spark brings those of zstd and
   *     xz
   */
  @SuppressWarnings("deprecation") // Older versions of the library have only these constructors.
  InputStream plain(InputStream in) throws IOException {
    try {
      return switch (this) {
        case NONE -> in;
        case GZIP -> new BufferedInputStream(new GzipMembers(in), BUFFER);
        case ZSTD -> new BufferedInputStream(Borrowed.zstd(in), BUFFER);
        case BZIP2 -> new BufferedInputStream(new BZip2CompressorInputStream(in, true), BUFFER);
        case XZ -> new BufferedInputStream(Borrowed.xz(in), BUFFER);
      };
    } catch (LinkageError e) {
      throw new IOException(
          "it is compressed by %s, for which this JVM has no library (Spark has one): put it on the class path, or compress the image by gzip"
              .formatted(name().toLowerCase(Locale.ROOT)),
          e);
    }
  }

  /** Uses libraries that may not be there; loaded, and linked, only if they are needed. */
  private static final class Borrowed {

    static InputStream zstd(InputStream in) throws IOException {
      return new ZstdInputStream(in);
    }

    @SuppressWarnings("deprecation") // As above.
    static InputStream xz(InputStream in) throws IOException {
      return new XZCompressorInputStream(in, true, MOST_KIB_OF_XZ);
    }
  }
}
