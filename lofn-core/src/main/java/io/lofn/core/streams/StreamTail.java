package io.lofn.core.streams;

import java.nio.charset.StandardCharsets;

/** The last bytes of a stream. Thread-safe. */
public final class StreamTail {

  /** How much of standard error goes into a failure report. */
  public static final int CAPACITY = 64 * 1024;

  private final byte[] ring = new byte[CAPACITY];
  private long written;

  public synchronized void append(byte[] bytes, int length) {
    int from = Math.max(0, length - CAPACITY);
    for (int done = from; done < length; ) {
      int at = (int) ((written + done) % CAPACITY);
      int count = Math.min(length - done, CAPACITY - at);
      System.arraycopy(bytes, done, ring, at, count);
      done += count;
    }
    written += length;
  }

  /** Returns how many bytes the stream had. */
  public synchronized long total() {
    return written;
  }

  public synchronized String text() {
    int length = (int) Math.min(written, CAPACITY);
    byte[] tail = new byte[length];
    int start = (int) ((written - length) % CAPACITY);
    int first = Math.min(length, CAPACITY - start);
    System.arraycopy(ring, start, tail, 0, first);
    System.arraycopy(ring, 0, tail, first, length - first);
    return new String(tail, StandardCharsets.UTF_8);
  }
}
