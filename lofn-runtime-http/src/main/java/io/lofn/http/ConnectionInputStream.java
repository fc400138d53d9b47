package io.lofn.http;

import io.lofn.spi.BlockInputStream;
import java.io.IOException;

/** What a connection brings. Closing it leaves the connection open. */
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
