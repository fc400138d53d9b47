package io.lofn.core.streams;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Tells since when a tool shows no activity on its streams. The idle timer pauses while the tool
 * cannot be at fault: its input has not arrived, or nobody reads its output.
 */
public final class IdleWatch {

  private final InstantSource clock;
  private volatile Instant moved;

  /** Whether the tool may wait for its reader: no thread waits for the next byte. */
  private volatile boolean unread = true;

  /** Whether the tool may wait for input that is not there yet. */
  private volatile boolean unfed;

  public IdleWatch(InstantSource clock) {
    this.clock = clock;
    this.moved = clock.instant();
  }

  public boolean isIdle(Instant now, Duration limit) {
    return !unread && !unfed && moved.plus(limit).isBefore(now);
  }

  /** Watches standard output, which one thread reads. */
  public InputStream stdout(InputStream stream) {
    return new WatchedInput(stream) {
      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        moved = clock.instant();
        unread = false;
        int count = super.read(bytes, offset, length);
        unread = count >= 0;
        return count;
      }
    };
  }

  /** Watches standard error, which is always read. */
  public InputStream stderr(InputStream stream) {
    return new WatchedInput(stream);
  }

  /** Watches standard input, which one thread writes. */
  public OutputStream stdin(OutputStream stream) {
    unfed = true;
    return new WatchedOutput(stream);
  }

  private class WatchedInput extends FilterInputStream {

    WatchedInput(InputStream stream) {
      super(stream);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = super.read(bytes, offset, length);
      moved = clock.instant();
      return count;
    }
  }

  private final class WatchedOutput extends FilterOutputStream {

    WatchedOutput(OutputStream stream) {
      super(stream);
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    /** A write that fails is the last one: there is no more input to wait for. */
    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      moved = clock.instant();
      unfed = false;
      out.write(bytes, offset, length);
      moved = clock.instant();
      unfed = true;
    }

    @Override
    public void close() throws IOException {
      moved = clock.instant();
      unfed = false;
      out.close();
    }
  }
}
