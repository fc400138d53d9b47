package io.lofn.runtime.docker;

import io.lofn.api.EngineException;
import io.lofn.http.ByteConnection;
import io.lofn.http.ChannelConnection;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Where an engine listens, and how to connect to it. Immutable. */
final class EngineAddress {

  /** What follows is a path as it is, blanks included, not a part of a URI. */
  private static final String UNIX = "unix://";

  private static final int PLAIN_PORT = 2375;
  private static final int TLS_PORT = 2376;

  private final URI uri;
  private final @Nullable SSLContext tls;

  private EngineAddress(URI uri, @Nullable SSLContext tls) {
    this.uri = uri;
    this.tls = tls;
  }

  /** An address as {@code DOCKER_HOST} writes it. */
  static EngineAddress parse(String host, @Nullable SSLContext tls) {
    URI uri;
    try {
      if (host.startsWith(UNIX + "/")) {
        String path = new URI(null, null, host.substring(UNIX.length()), null).getRawPath();
        return new EngineAddress(URI.create(UNIX + path), null);
      }
      uri = new URI(host);
    } catch (URISyntaxException e) {
      throw new EngineException("Not an engine's address: '" + host + "'. " + expected(), e);
    }
    if ("tcp".equals(uri.getScheme()) && uri.getHost() != null) {
      int port = uri.getPort() > 0 ? uri.getPort() : tls == null ? PLAIN_PORT : TLS_PORT;
      String path = uri.getRawPath().replaceAll("/+$", "");
      return new EngineAddress(URI.create("tcp://" + uri.getHost() + ":" + port + path), tls);
    }
    throw new EngineException("Not an engine's address: '" + host + "'. " + expected());
  }

  private static String expected() {
    return "Set DOCKER_HOST or spark.lofn.docker.host to unix:///path or tcp://host:port";
  }

  URI uri() {
    return uri;
  }

  boolean isUnix() {
    return uri.getScheme().equals("unix");
  }

  /** The file of a unix socket. */
  String socketPath() {
    return uri.getPath();
  }

  /** As {@code DOCKER_HOST} writes it. */
  String host() {
    return isUnix() ? UNIX + socketPath() : uri.toString();
  }

  @Nullable SSLContext tls() {
    return tls;
  }

  /** What every request path begins with; empty but behind some proxies. */
  String pathPrefix() {
    return isUnix() ? "" : uri.getRawPath();
  }

  /** What the Host header says. */
  String hostHeader() {
    return isUnix() ? "localhost" : uri.getHost() + ":" + uri.getPort();
  }

  /** A connection that is not connected yet. */
  ByteConnection open() throws IOException {
    if (isUnix()) {
      return ChannelConnection.unix(socketPath());
    }
    return tls == null
        ? ChannelConnection.tcp(hostName(), uri.getPort())
        : new TlsConnection(tls, hostName(), uri.getPort());
  }

  private String hostName() {
    String host = uri.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  @Override
  public String toString() {
    return uri.toString();
  }
}
