package io.lofn.runtime.docker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Listens on a unix socket, reads one request per connection and answers with fixed bytes, or
 * never. Keeps the connections open.
 */
final class FakeEngine implements AutoCloseable {

  private final Path directory;
  private final ServerSocketChannel server;
  private final String answer;
  private final List<SocketChannel> connections = new CopyOnWriteArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  /** The answer may be empty: then there is none. */
  FakeEngine(String answer) throws IOException {
    this.answer = answer;
    // A socket's path has 108 bytes at most.
    directory = Files.createTempDirectory(Path.of("/tmp"), "lofn-fake-engine");
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket()));
    Thread thread = new Thread(this::serve, "fake-engine");
    thread.setDaemon(true);
    thread.start();
  }

  static String head(String status, String... headers) {
    return "HTTP/1.1 " + status + "\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
  }

  private void serve() {
    try {
      while (true) {
        SocketChannel connection = server.accept();
        connections.add(connection);
        requests.add(readHead(connection));
        ByteBuffer bytes = ByteBuffer.wrap(answer.getBytes(UTF_8));
        while (bytes.hasRemaining()) {
          connection.write(bytes);
        }
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private static String readHead(SocketChannel connection) throws IOException {
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(Channels.newInputStream(connection), UTF_8), 1);
    StringBuilder head = new StringBuilder();
    for (String line = reader.readLine(); line != null && !line.isEmpty(); ) {
      head.append(line).append('\n');
      line = reader.readLine();
    }
    return head.toString();
  }

  Path socket() {
    return directory.resolve("engine.sock");
  }

  String host() {
    return "unix://" + socket();
  }

  List<String> requests() {
    return requests;
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (SocketChannel connection : connections) {
      connection.close();
    }
    Files.deleteIfExists(socket());
    Files.delete(directory);
  }
}
