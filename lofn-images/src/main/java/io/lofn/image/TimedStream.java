package io.lofn.image;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;

/** A stream that fails when its deadline has passed, or its thread is interrupted. */
final class TimedStream extends FilterInputStream {

  static final String TOO_LONG = "it takes too long";

  private final long deadline;

  /**
   * @param deadline as {@link System#nanoTime()} counts
   */
  TimedStream(InputStream in, long deadline) {
    super(in);
    this.deadline = deadline;
  }

  /**
   * Fails when a deadline has passed, or this thread is interrupted.
   *
   * @param deadline as {@link System#nanoTime()} counts
   */
  static void check(long deadline) throws IOException {
    if (System.nanoTime() - deadline > 0) {
      throw new IOException(TOO_LONG);
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new ClosedByInterruptException();
    }
  }

  @Override
  public int read() throws IOException {
    check(deadline);
    return super.read();
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    check(deadline);
    return super.read(bytes, offset, length);
  }

  @Override
  public long skip(long bytes) throws IOException {
    check(deadline);
    return super.skip(bytes);
  }
}
