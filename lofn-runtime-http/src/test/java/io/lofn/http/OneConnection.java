package io.lofn.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/**
 * A fake engine that accepts one connection on a unix socket, reads the head of a request and
 * answers with fixed bytes, or never. It keeps the connection open.
 */
final class OneConnection implements AutoCloseable {

  private final Path directory;
  private final ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
  private final CompletableFuture<SocketChannel> accepted = new CompletableFuture<>();
  private final CompletableFuture<String> request = new CompletableFuture<>();

  /** The answer may be empty: then there is none. */
  OneConnection(String answer) throws IOException {
    // A socket's path has 108 bytes at most.
    directory = Files.createTempDirectory(Path.of("/tmp"), "lofn-one-connection");
    server.bind(UnixDomainSocketAddress.of(socket()));
    Thread thread = new Thread(() -> serve(answer), "one-connection");
    thread.setDaemon(true);
    thread.start();
  }

  static String head(String status, String... headers) {
    return "HTTP/1.1 " + status + "\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
  }

  private void serve(String answer) {
    try {
      SocketChannel connection = server.accept();
      accepted.complete(connection);
      StringBuilder head = new StringBuilder();
      ByteBuffer one = ByteBuffer.allocate(1);
      while (head.indexOf("\r\n\r\n") < 0 && connection.read(one) > 0) {
        head.append((char) one.flip().get());
        one.clear();
      }
      request.complete(head.toString().replace("\r", ""));
      ByteBuffer bytes = ByteBuffer.wrap(answer.getBytes(ISO_8859_1));
      while (bytes.hasRemaining()) {
        connection.write(bytes);
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private Path socket() {
    return directory.resolve("engine.sock");
  }

  /** The side of the client, not connected yet. */
  AttachConnection attach() throws IOException {
    return new AttachConnection(ChannelConnection.unix(socket().toString()), "localhost", "");
  }

  String request() {
    return request.join();
  }

  /** The side of the engine. */
  SocketChannel connection() {
    return accepted.join();
  }

  @Override
  public void close() throws IOException {
    server.close();
    if (accepted.isDone()) {
      accepted.join().close();
    }
    Files.deleteIfExists(socket());
    Files.delete(directory);
  }
}
