package io.lofn.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.Locale;

/** One connection to a unix socket that speaks as much of HTTP/1.1 as short answers need. */
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

  /** Asks, and returns the body of the answer, which must have the status. */
  String exchange(String method, String path, String body, int expected) throws IOException {
    send(method, path, "Content-Type: application/json\r\n", body);
    int status = status();
    int length = length();
    String answer = new String(in.readNBytes(length), UTF_8);
    if (status != expected) {
      throw new IOException(method + " " + path + " was answered " + status + ": " + answer);
    }
    return answer;
  }

  /** Turns the connection into a stream of bytes. */
  void upgrade(String path) throws IOException {
    send("POST", path, "Connection: Upgrade\r\nUpgrade: tcp\r\n", "");
    int status = status();
    int length = length();
    if (status != SWITCHED && status != OK) {
      throw new IOException(path + " was answered " + new String(in.readNBytes(length), UTF_8));
    }
  }

  byte[] rest() throws IOException {
    return in.readAllBytes();
  }

  private void send(String method, String path, String headers, String body) throws IOException {
    int length = body.getBytes(UTF_8).length;
    String request =
        "%s %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %d\r\n\r\n%s"
            .formatted(method, path, headers, length, body);
    ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private int status() throws IOException {
    String[] words = line().split(" ", 3);
    return Integer.parseInt(words[1]);
  }

  /** Reads the other headers, and says how long the body is. */
  private int length() throws IOException {
    int length = 0;
    for (String line = line(); !line.isEmpty(); line = line()) {
      String header = line.toLowerCase(Locale.ROOT);
      if (header.startsWith("content-length:")) {
        length = Integer.parseInt(header.substring(header.indexOf(':') + 1).strip());
      } else if (header.startsWith("transfer-encoding:")) {
        throw new IOException("An answer in chunks is not understood");
      }
    }
    return length;
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
