package io.lofn.http;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The status and the headers of an HTTP/1.1 response.
 *
 * @param status the status, such as 101
 * @param headers values by lower-case names; of a repeated header the last value
 */
public record HttpHead(int status, Map<String, String> headers) {

  private static final int SIZE_LIMIT = 1 << 16;
  private static final int BODY_LIMIT = 1 << 14;

  /** Reads the head from a connection; the rest of the answer is not needed. */
  public static HttpHead read(ByteConnection connection) throws IOException {
    return read(new BufferedInputStream(new ConnectionInputStream(connection)));
  }

  /** Reads up to the empty line, and no byte after it. */
  static HttpHead read(InputStream in) throws IOException {
    String statusLine = readLine(in);
    String[] words = statusLine.split(" ", 3);
    if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("\\d{3}")) {
      throw new ProtocolException("the answer is not HTTP/1.1: '" + printable(statusLine) + "'");
    }
    Map<String, String> headers = new TreeMap<>();
    int size = 0;
    for (String line = readLine(in); !line.isEmpty(); line = readLine(in)) {
      size += line.length();
      if (size > SIZE_LIMIT) {
        throw new ProtocolException("the answer is not HTTP/1.1: its headers do not end");
      }
      int colon = line.indexOf(':');
      if (colon > 0) {
        String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
        headers.put(name, line.substring(colon + 1).strip());
      }
    }
    return new HttpHead(Integer.parseInt(words[1]), headers);
  }

  /** Returns a header; empty if there is none of this name. */
  public Optional<String> header(String lowerCaseName) {
    return Optional.ofNullable(headers.get(lowerCaseName));
  }

  /** Reads the body if its length is given, as in error answers of an engine; otherwise empty. */
  String body(InputStream in) throws IOException {
    String length = header("content-length").orElse("0");
    int size = length.matches("\\d{1,9}") ? Integer.parseInt(length) : 0;
    return new String(in.readNBytes(Math.min(size, BODY_LIMIT)), StandardCharsets.UTF_8);
  }

  private static String readLine(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the engine closed the connection before its answer");
      }
      if (line.length() > SIZE_LIMIT) {
        throw new ProtocolException("the answer is not HTTP/1.1: a line does not end");
      }
      line.append((char) next);
    }
    return line.toString().stripTrailing();
  }

  private static String printable(String text) {
    String start = text.length() > 80 ? text.substring(0, 80) + "..." : text;
    return start.replaceAll("[^\\x20-\\x7e]", "?");
  }
}
