package io.lofn.it;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** An engine of a test's own, on a private socket, with the test's image and nothing else. */
interface PrivateEngine extends AutoCloseable {

  /** What makes lofn use it. */
  Map<String, String> settings();

  /** The ids of its containers. */
  List<String> containers();

  /** Dies without a word. */
  void die() throws IOException;

  /** Starts again. */
  void start();

  @Override
  void close();

  /** Whether somebody listens on a socket. */
  static boolean answers(Path socket) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      return false;
    }
  }
}
