package io.lofn.runtime.docker;

import io.lofn.http.ByteConnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A TCP socket with TLS, which checks the engine's certificate against its host name. */
final class TlsConnection implements ByteConnection {

  private final SSLContext context;
  private final String host;
  private final int port;
  private final Socket plain = new Socket();
  private volatile @Nullable SSLSocket tls;

  TlsConnection(SSLContext context, String host, int port) {
    this.context = context;
    this.host = host;
    this.port = port;
  }

  @Override
  public void connect(Duration atMost) throws IOException {
    int millis = (int) Math.max(1, atMost.toMillis());
    plain.connect(new InetSocketAddress(host, port), millis);
    plain.setTcpNoDelay(true);
    plain.setSoTimeout(millis);
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    plain.setSoTimeout(0);
    tls = socket;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    return connected().getInputStream().read(bytes, offset, length);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    connected().getOutputStream().write(bytes, offset, length);
  }

  @Override
  public void endOutput() throws IOException {
    connected().shutdownOutput();
  }

  private SSLSocket connected() throws IOException {
    SSLSocket socket = tls;
    if (socket == null) {
      throw new IOException("not connected");
    }
    return socket;
  }

  /** Closes the output of the socket below TLS: closing TLS would wait for a blocked writer. */
  @Override
  public void abandonOutput() {
    try {
      plain.shutdownOutput();
    } catch (IOException ignored) {
      // It is closed already.
    }
  }

  /** Closes the socket below TLS: closing TLS would wait for a blocked writer. */
  @Override
  public void close() {
    try {
      plain.close();
    } catch (IOException ignored) {
      // The descriptor is closed in any case.
    }
  }
}
