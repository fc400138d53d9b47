package org.example.bubblewrap;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;

/** A stream whose beginning is available also after it was read. Thread-safe. */
final class HeadKeepingStream extends InputStream {

  private final InputStream in;
  private final byte[] head = new byte[1024];
  private int kept;
  private int given;

  HeadKeepingStream(InputStream in) {
    this.in = in;
  }

  /** Returns the beginning of the stream. Blocks until it is complete, or the stream ends. */
  synchronized String head() throws IOException {
    kept += in.readNBytes(head, kept, head.length - kept);
    return new String(head, 0, kept, UTF_8);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public synchronized int read(byte[] bytes, int offset, int length) throws IOException {
    if (given == head.length) {
      return in.read(bytes, offset, length);
    }
    if (given == kept) {
      int count = in.read(head, kept, Math.min(length, head.length - kept));
      if (count < 0) {
        return -1;
      }
      kept += count;
    }
    int count = Math.min(length, kept - given);
    System.arraycopy(head, given, bytes, offset, count);
    given += count;
    return count;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
