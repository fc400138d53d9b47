package io.lofn.image;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * The uncompressed bytes of gzip members, one after the other. The format's headers hold a name and
 * a comment of any length, which the parser keeps in memory: here they are limited.
 */
final class GzipMembers extends FilterInputStream {

  private final Limit limit;

  @SuppressWarnings("deprecation") // Older versions of the library have only this constructor.
  GzipMembers(InputStream in) throws IOException {
    this(new Limit(in));
  }

  @SuppressWarnings("deprecation") // As above.
  private GzipMembers(Limit limit) throws IOException {
    super(new GzipCompressorInputStream(new BufferedInputStream(limit), true));
    this.limit = limit;
  }

  @Override
  public int read() throws IOException {
    limit.begin();
    return super.read();
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    limit.begin();
    return super.read(bytes, offset, length);
  }

  /** Fails when many bytes were read for one request of uncompressed ones. */
  private static final class Limit extends FilterInputStream {

    /** Many times what 64 KiB of uncompressed bytes, and the header of a member, take. */
    private static final int MOST = 1 << 20;

    private int taken;

    Limit(InputStream in) {
      super(in);
    }

    void begin() {
      taken = 0;
    }

    /** The buffer above asks for nothing else. */
    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = super.read(bytes, offset, length);
      taken += Math.max(0, read);
      if (taken > MOST) {
        throw new IOException(
            "A header of its gzip format is longer than %d bytes".formatted(MOST));
      }
      return read;
    }
  }
}
