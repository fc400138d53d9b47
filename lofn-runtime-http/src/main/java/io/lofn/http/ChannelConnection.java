package io.lofn.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * A unix or TCP socket. An interrupt of a reading or writing thread closes it, as with every
 * channel.
 */
public final class ChannelConnection implements ByteConnection {

  // The JDK keeps a direct buffer for every thread, as large as its largest write.
  private static final int WRITE_SIZE = 1 << 16;

  private final Supplier<SocketAddress> address;
  private final SocketChannel channel;

  private ChannelConnection(Supplier<SocketAddress> address, SocketChannel channel) {
    this.address = address;
    this.channel = channel;
  }

  /** Returns a connection to the socket with this path. */
  public static ChannelConnection unix(String path) throws IOException {
    return new ChannelConnection(
        () -> UnixDomainSocketAddress.of(path), SocketChannel.open(StandardProtocolFamily.UNIX));
  }

  /**
   * Returns a connection to a TCP port. The name is resolved on connecting, which may take long.
   */
  public static ChannelConnection tcp(String host, int port) throws IOException {
    return new ChannelConnection(() -> new InetSocketAddress(host, port), SocketChannel.open());
  }

  /** Connects. The caller enforces the deadline, and closes the connection from another thread. */
  @Override
  public void connect(Duration atMost) throws IOException {
    try {
      channel.connect(address.get());
    } catch (UnresolvedAddressException e) {
      throw new UnknownHostException(address.get().toString());
    }
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    return channel.read(ByteBuffer.wrap(bytes, offset, length));
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int end = offset + length;
    for (int start = offset; start < end; start += WRITE_SIZE) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, start, Math.min(WRITE_SIZE, end - start));
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }
  }

  @Override
  public void endOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void abandonOutput() {
    try {
      channel.shutdownOutput();
    } catch (IOException ignored) {
      // It is closed already.
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException ignored) {
      // The descriptor is closed in any case.
    }
  }
}
