package io.lofn.http;

import java.io.IOException;
import java.io.InputStream;

/** What a connection brings. Closing it leaves the connection open. */
final class ConnectionInputStream extends InputStream {

  private final ByteConnection connection;

  ConnectionInputStream(ByteConnection connection) {
    this.connection = connection;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    return connection.read(bytes, offset, length);
  }
}
