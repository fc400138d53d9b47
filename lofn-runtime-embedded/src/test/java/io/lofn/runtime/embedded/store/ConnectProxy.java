package io.lofn.runtime.embedded.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A proxy that connects to one port of this machine, whatever it is asked for, and notes that. */
final class ConnectProxy implements AutoCloseable {

  private static final String END = "\r\n\r\n";

  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final int target;

  ConnectProxy(int target) throws IOException {
    this.target = target;
    threads.execute(this::serve);
  }

  int port() {
    return server.getLocalPort();
  }

  /** Returns what clients have said before they were connected. */
  List<String> heads() {
    return heads;
  }

  private void serve() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        threads.execute(() -> connect(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void connect(Socket client) {
    try (client;
        Socket there = new Socket(InetAddress.getLoopbackAddress(), target)) {
      heads.add(head(client.getInputStream()));
      client.getOutputStream().write(("HTTP/1.1 200 Connected" + END).getBytes(US_ASCII));
      threads.execute(() -> copy(there, client));
      copy(client, there);
    } catch (IOException ended) {
      // One of both has gone.
    }
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(US_ASCII).endsWith(END)) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("It ended within its head");
      }
      head.write(next);
    }
    return head.toString(US_ASCII);
  }

  private static void copy(Socket from, Socket to) {
    try {
      OutputStream out = to.getOutputStream();
      from.getInputStream().transferTo(out);
      to.shutdownOutput();
    } catch (IOException ended) {
      // One of both has gone.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    threads.shutdownNow();
  }
}
