package io.lofn.http;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A connection that an HTTP request has upgraded to the streams of a container. Unlike that of
 * docker-java it can signal the end of standard input.
 */
public final class AttachConnection implements AutoCloseable {

  private static final int BUFFER_SIZE = 1 << 16;

  private final ByteConnection connection;
  private final String hostHeader;
  private final String pathPrefix;
  private final BufferedInputStream in;
  private volatile boolean abandoned;
  private volatile boolean closed;

  /**
   * @param connection not connected yet
   * @param hostHeader the value of the Host header
   * @param pathPrefix the prefix of every request path; empty except behind some proxies
   */
  public AttachConnection(ByteConnection connection, String hostHeader, String pathPrefix) {
    this.connection = connection;
    this.hostHeader = hostHeader;
    this.pathPrefix = pathPrefix;
    in = new BufferedInputStream(new ConnectionInputStream(connection), BUFFER_SIZE);
  }

  /** Connects and requests the streams. A caller that stops waiting must close this. */
  void open(String path, Duration atMost) throws IOException {
    connection.connect(atMost);
    String request =
        "POST "
            + pathPrefix
            + path
            + " HTTP/1.1\r\nHost: "
            + hostHeader
            + "\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n";
    byte[] bytes = request.getBytes(StandardCharsets.US_ASCII);
    connection.write(bytes, 0, bytes.length);
    HttpHead head = HttpHead.read(in);
    // Engines that do not support the upgrade answer 200, and then behave in the same way.
    if (head.status() != 101 && head.status() != 200) {
      throw new EngineAnswerException(head.status(), head.body(in));
    }
  }

  /**
   * Returns one output stream of the container, which the request must include.
   *
   * @param kind {@link FrameInputStream#STDOUT} or {@link FrameInputStream#STDERR}
   */
  InputStream output(int kind) {
    return new FrameInputStream(in, kind, () -> closed);
  }

  /** Returns the container's standard input; closing it signals its end. */
  OutputStream input() {
    return new Output();
  }

  /**
   * Makes blocked writers fail, since the container has ended. Engines may leave them blocked for
   * seconds or forever.
   */
  void abandonInput() {
    abandoned = true;
    connection.abandonOutput();
  }

  @Override
  public void close() {
    closed = true;
    connection.close();
  }

  private final class Output extends OutputStream {

    private volatile boolean ended;

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (ended) {
        throw new IOException("The standard input of the container is closed");
      }
      try {
        connection.write(bytes, offset, length);
      } catch (IOException e) {
        throw abandoned || closed ? new IOException("The container has ended", e) : e;
      }
    }

    @Override
    public void close() {
      if (ended || abandoned) {
        return;
      }
      ended = true;
      try {
        connection.endOutput();
      } catch (IOException ignored) {
        // The connection is broken, which also ends the input.
      }
    }
  }
}
