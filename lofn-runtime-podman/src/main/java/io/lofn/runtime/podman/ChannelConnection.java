package io.lofn.runtime.podman;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A unix socket. An interrupted reader or writer closes it, as with every channel. */
final class ChannelConnection implements AutoCloseable {

  // The JDK keeps a direct buffer of the greatest size ever written for every thread.
  private static final int WRITE_SIZE = 1 << 16;

  private final String socket;
  private final SocketChannel channel;

  ChannelConnection(String socket) throws IOException {
    this.socket = socket;
    channel = SocketChannel.open(StandardProtocolFamily.UNIX);
  }

  /** The deadline is the caller's, who closes the connection from another thread. */
  void connect() throws IOException {
    channel.connect(UnixDomainSocketAddress.of(socket));
  }

  int read(byte[] bytes, int offset, int length) throws IOException {
    return channel.read(ByteBuffer.wrap(bytes, offset, length));
  }

  void write(byte[] bytes, int offset, int length) throws IOException {
    int end = offset + length;
    for (int start = offset; start < end; start += WRITE_SIZE) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, start, Math.min(WRITE_SIZE, end - start));
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }
  }

  /** Tells the other side that no more bytes will be written. Reading goes on. */
  void endOutput() throws IOException {
    channel.shutdownOutput();
  }

  /** Frees a thread that writes: nobody reads any more. Reading goes on. */
  void abandonOutput() {
    try {
      channel.shutdownOutput();
    } catch (IOException ignored) {
      // Then it is closed already.
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException ignored) {
      // The descriptor is gone all the same.
    }
  }
}
