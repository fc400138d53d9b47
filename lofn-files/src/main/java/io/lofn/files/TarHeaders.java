package io.lofn.files;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A tar file as it is parsed. What its headers say is held in memory, and a header may be of any
 * length: here it may not. Whoever parses tells where contents begin and end.
 *
 * <p>Not thread-safe.
 */
public final class TarHeaders extends FilterInputStream {

  /** Many times the longest path, with all else that is told of a file. */
  private static final int LONGEST = 1 << 20;

  private boolean inHeader = true;
  private long length;

  /**
   * A stream that is at its first header.
   *
   * @param in the file, uncompressed
   */
  public TarHeaders(InputStream in) {
    super(in);
  }

  /** What follows is the content of an entry. */
  public void end() {
    inHeader = false;
    length = 0;
  }

  /**
   * How much content was read since {@link #end}.
   *
   * @return its length in bytes
   */
  public long content() {
    return length;
  }

  /**
   * What follows is padding and headers.
   *
   * @param unread how much content comes before them, to be skipped; what the parser does not skip,
   *     as that of a directory, must not be told
   */
  public void begin(long unread) {
    inHeader = true;
    length = -unread;
  }

  @Override
  public int read() throws IOException {
    int next = in.read();
    count(next < 0 ? 0 : 1);
    return next;
  }

  @Override
  public int read(byte[] bytes, int offset, int wanted) throws IOException {
    int read = in.read(bytes, offset, wanted);
    count(Math.max(0, read));
    return read;
  }

  @Override
  public long skip(long wanted) throws IOException {
    long skipped = in.skip(wanted);
    count(skipped);
    return skipped;
  }

  private void count(long bytes) throws IOException {
    length += bytes;
    if (inHeader && length > LONGEST) {
      throw new IOException("A header of it has more than " + LONGEST + " bytes");
    }
  }
}
