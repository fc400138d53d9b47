package io.lofn.files;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/**
 * Limits the length of headers while a tar file is parsed: parsers keep headers in memory, and a
 * header may have any length. The parser's caller reports where contents begin and end.
 *
 * <p>Not thread-safe.
 */
public final class TarHeaders extends FilterInputStream {

  /** Many times the length of the longest path with all other attributes of a file. */
  private static final int LONGEST = 1 << 20;

  private boolean inHeader = true;
  private long length;

  /**
   * Creates a stream, positioned at the first header.
   *
   * @param in the file, uncompressed
   */
  public TarHeaders(InputStream in) {
    super(in);
  }

  /**
   * Reports that the content of an entry follows.
   *
   * @param extended the extended headers of the entry as the parser has them: it gives each entry
   *     those of the whole archive before it, and its own
   * @throws IOException if they are longer than one header may be
   */
  public void end(Map<String, String> extended) throws IOException {
    inHeader = false;
    length = 0;
    long characters = 0;
    for (Map.Entry<String, String> each : extended.entrySet()) {
      characters += each.getKey().length() + each.getValue().length();
    }
    if (characters > LONGEST) {
      throw new IOException("Its extended headers are longer than " + LONGEST + " characters");
    }
  }

  /**
   * Returns how much content was read since {@link #end}.
   *
   * @return its length in bytes
   */
  public long content() {
    return length;
  }

  /**
   * Reports that padding and headers follow.
   *
   * @param unread the bytes of content that the parser skips before them; 0 where it skips none,
   *     such as for a directory
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
      throw new IOException("One of its headers is longer than " + LONGEST + " bytes");
    }
  }
}
