package io.lofn.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Locale;

/** One connection to a unix socket with a minimal HTTP/1.1, enough for short answers. */
final class RawHttp implements AutoCloseable {

  private static final int SWITCHED = 101;
  private static final int OK = 200;

  private final SocketChannel channel;
  private final InputStream in;

  RawHttp(String socket) throws IOException {
    channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    in = new BufferedInputStream(Channels.newInputStream(channel));
  }

  /**
   * Sends a request, and returns the body of the answer, which must have one of the expected
   * statuses.
   */
  String exchange(String method, String path, String body, Integer... expected) throws IOException {
    send(method, path, "Content-Type: application/json\r\n", body);
    int status = status();
    String answer = new String(body(), UTF_8);
    if (!List.of(expected).contains(status)) {
      throw new IOException(method + " " + path + " was answered " + status + ": " + answer);
    }
    return answer;
  }

  /** Upgrades the connection to a stream of bytes. */
  void upgrade(String path) throws IOException {
    send("POST", path, "Connection: Upgrade\r\nUpgrade: tcp\r\n", "");
    int status = status();
    if (status != SWITCHED && status != OK) {
      throw new IOException(path + " was answered " + new String(body(), UTF_8));
    }
    while (!line().isEmpty()) {
      // the other headers
    }
  }

  /** Writes bytes, and ends the output. */
  void sendAll(byte[] bytes) throws IOException {
    write(bytes);
    channel.shutdownOutput();
  }

  /** Returns the content of the frames of a multiplexed stream, to its end. */
  byte[] frames() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] head = in.readNBytes(8); head.length == 8; head = in.readNBytes(8)) {
      all.write(in.readNBytes(ByteBuffer.wrap(head).getInt(4)));
    }
    return all.toByteArray();
  }

  private void send(String method, String path, String headers, String body) throws IOException {
    int length = body.getBytes(UTF_8).length;
    String request =
        "%s %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %d\r\n\r\n%s"
            .formatted(method, path, headers, length, body);
    write(request.getBytes(UTF_8));
  }

  private void write(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private int status() throws IOException {
    String[] words = line().split(" ", 3);
    return Integer.parseInt(words[1]);
  }

  /** Reads the other headers, and the body. */
  private byte[] body() throws IOException {
    int length = 0;
    boolean chunked = false;
    for (String line = line(); !line.isEmpty(); line = line()) {
      String header = line.toLowerCase(Locale.ROOT);
      if (header.startsWith("content-length:")) {
        length = Integer.parseInt(header.substring(header.indexOf(':') + 1).strip());
      }
      chunked |= header.equals("transfer-encoding: chunked");
    }
    return chunked ? chunks() : in.readNBytes(length);
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int length = chunk(); length > 0; length = chunk()) {
      all.write(in.readNBytes(length));
      line();
    }
    line();
    return all.toByteArray();
  }

  private int chunk() throws IOException {
    return Integer.parseInt(line(), 16);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("The connection ended before an answer");
      }
      line.append((char) next);
    }
    return line.toString().stripTrailing();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
