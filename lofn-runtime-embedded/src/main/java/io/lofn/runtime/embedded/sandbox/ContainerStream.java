package io.lofn.runtime.embedded.sandbox;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.BooleanSupplier;

/**
 * An output of a container, as the pipe has it. The end of a container that was closed is not the
 * end of its output: it was killed.
 */
final class ContainerStream extends FilterInputStream {

  private final String id;
  private final BooleanSupplier closed;

  ContainerStream(String id, InputStream pipe, BooleanSupplier closed) {
    super(pipe);
    this.id = id;
    this.closed = closed;
  }

  @Override
  public int read() throws IOException {
    return checked(super.read());
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    return checked(super.read(bytes, offset, length));
  }

  private int checked(int read) throws IOException {
    if (read < 0 && closed.getAsBoolean()) {
      throw new IOException("Container " + id + " was closed");
    }
    return read;
  }
}
