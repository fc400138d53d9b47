package io.lofn.runtime.docker;

import io.lofn.http.ByteConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.net.ServerSocketFactory;

/**
 * A proxy between a runtime and the real engine on a TCP port, with or without TLS. Tests can
 * freeze the engine or break its connections without an effect on other clients.
 */
final class EngineProxy implements AutoCloseable {

  private final EngineAddress engine;
  private final ServerSocket server;
  private final List<Socket> clients = new CopyOnWriteArrayList<>();
  private final List<ByteConnection> connections = new CopyOnWriteArrayList<>();
  private volatile CountDownLatch gate = new CountDownLatch(0);

  EngineProxy(EngineAddress engine, ServerSocketFactory sockets) throws IOException {
    this.engine = engine;
    server = sockets.createServerSocket(0, 100, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  String host() {
    return "tcp://127.0.0.1:" + server.getLocalPort();
  }

  /** Forwards nothing until {@link #thaw}. */
  void freeze() {
    gate = new CountDownLatch(1);
  }

  void thaw() {
    gate.countDown();
  }

  /** Breaks all connections, as the end of an engine does. */
  void breakConnections() throws IOException {
    for (Socket client : clients) {
      client.close();
    }
    connections.forEach(ByteConnection::close);
    clients.clear();
    connections.clear();
  }

  int connectionCount() {
    return clients.size();
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = server.accept();
      clients.add(client);
      if (server.isClosed()) {
        client.close(); // it came too late to be broken with the others
      }
      start(() -> connect(client));
    }
  }

  private void connect(Socket client) throws IOException {
    ByteConnection connection = engine.open();
    connections.add(connection);
    if (client.isClosed()) {
      connection.close(); // as above
    }
    connection.connect(Duration.ofSeconds(10));
    start(() -> forward(client.getInputStream(), connection));
    try (client;
        connection) {
      backward(connection, client.getOutputStream());
    }
  }

  private void forward(InputStream in, ByteConnection connection) throws IOException {
    byte[] buffer = new byte[1 << 16];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      pass();
      connection.write(buffer, 0, count);
    }
    pass();
    connection.endOutput();
  }

  private void backward(ByteConnection connection, OutputStream out) throws IOException {
    byte[] buffer = new byte[1 << 16];
    int count = connection.read(buffer, 0, buffer.length);
    while (count >= 0) {
      pass();
      out.write(buffer, 0, count);
      count = connection.read(buffer, 0, buffer.length);
    }
    pass();
  }

  private void pass() throws IOException {
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
  }

  private static void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException closed) {
                // One side has closed its connection.
              }
            },
            "engine-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
    breakConnections();
  }

  private interface Work {
    void run() throws IOException;
  }
}
