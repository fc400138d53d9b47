package io.lofn.runtime.podman;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.lofn.spi.RuntimeConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A service that gives prepared answers to requests without a body. */
final class FakeService implements AutoCloseable {

  private static final Answer NONE = new Answer(404, "");

  private final Path socket;
  private final ServerSocketChannel server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final List<String> requests = new ArrayList<>();

  FakeService(Path directory) throws IOException {
    socket = directory.resolve("fake.sock");
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    answer("/_ping", 200, "OK");
    threads.execute(this::accept);
  }

  String socket() {
    return socket.toString();
  }

  /** Connects to it; the caller closes the engine. */
  PodmanEngine connect() {
    return PodmanEngine.connect(
        PodmanConfig.of(RuntimeConfig.of(Map.of("socket", socket())), Map.of()));
  }

  /** Sets the answer to paths with this end, without their query. */
  void answer(String end, int status, String body) {
    answers.put(end, new Answer(status, body));
  }

  /** Waits until there were so many requests for paths with this end. */
  synchronized void awaitRequests(String end, int count) throws InterruptedException {
    while (requests.stream().filter(path -> path.endsWith(end)).count() < count) {
      wait();
    }
  }

  private synchronized void note(String path) {
    requests.add(path);
    notifyAll();
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel connection = server.accept();
        threads.execute(() -> serve(connection));
      }
    } catch (IOException closed) {
      // The end.
    }
  }

  private void serve(SocketChannel connection) {
    try (connection) {
      BufferedReader in =
          new BufferedReader(new InputStreamReader(Channels.newInputStream(connection), US_ASCII));
      for (String request = in.readLine(); request != null; request = in.readLine()) {
        for (String line = in.readLine(); line != null && !line.isEmpty(); ) {
          line = in.readLine();
        }
        connection.write(ByteBuffer.wrap(answerTo(request).getBytes(US_ASCII)));
      }
    } catch (IOException gone) {
      // The client has closed the connection, and its test checks that.
    }
  }

  private String answerTo(String request) {
    String path = request.split(" ", 3)[1].split("[?]", 2)[0];
    note(path);
    Answer answer =
        answers.entrySet().stream()
            .filter(each -> path.endsWith(each.getKey()))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse(NONE);
    return "HTTP/1.1 %d x\r\nLibpod-Api-Version: 4.3.1\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(answer.status(), answer.body().length(), answer.body());
  }

  @Override
  public void close() throws IOException {
    threads.shutdownNow();
    server.close();
  }
}
