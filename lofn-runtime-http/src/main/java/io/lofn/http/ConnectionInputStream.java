package io.lofn.http;

import io.lofn.spi.BlockInputStream;
import java.io.IOException;

/** Reads from a connection. Closing it does not close the connection. */
final class ConnectionInputStream extends BlockInputStream {

  private final ByteConnection connection;

  ConnectionInputStream(ByteConnection connection) {
    this.connection = connection;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    return connection.read(bytes, offset, length);
  }
}
