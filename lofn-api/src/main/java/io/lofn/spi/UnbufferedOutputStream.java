package io.lofn.spi;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Forwards every write at once, as {@link RunningContainer#stdin} must. The JDK's stream for the
 * standard input of a process has a buffer.
 */
public final class UnbufferedOutputStream extends FilterOutputStream {

  /**
   * Creates a stream that flushes each write to another.
   *
   * @param out the other stream; closed with this
   */
  public UnbufferedOutputStream(OutputStream out) {
    super(out);
  }

  @Override
  public void write(int b) throws IOException {
    out.write(b);
    out.flush();
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    out.write(bytes, offset, length);
    out.flush();
  }
}
