package io.lofn.spi;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Passes every write on at once, as {@link RunningContainer#stdin} does. What the JDK gives for the
 * standard input of a process has a buffer.
 */
public final class UnbufferedOutputStream extends FilterOutputStream {

  /**
   * A stream without the buffer of another.
   *
   * @param out the other; closed with this
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
