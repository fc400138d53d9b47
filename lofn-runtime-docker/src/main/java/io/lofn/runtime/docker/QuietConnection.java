package io.lofn.runtime.docker;

import com.github.dockerjava.zerodep.shaded.org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.core5.http.config.Http1Config;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.core5.http.impl.io.SocketHolder;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.core5.util.Timeout;
import java.io.IOException;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/**
 * A connection that does not log its data. That of the library logs headers and bytes at debug
 * level, which contain credentials of registries and the environment of tools.
 */
final class QuietConnection extends DefaultBHttpClientConnection
    implements ManagedHttpClientConnection {

  private Timeout timeout = Timeout.ZERO_MILLISECONDS;

  private QuietConnection() {
    super(Http1Config.DEFAULT);
  }

  /** Returns a connection, bound to the socket if there is one. */
  static QuietConnection to(@Nullable Socket socket) throws IOException {
    QuietConnection connection = new QuietConnection();
    if (socket != null) {
      connection.bind(socket);
    }
    return connection;
  }

  @Override
  public @Nullable Socket getSocket() {
    SocketHolder holder = getSocketHolder();
    return holder == null ? null : holder.getSocket();
  }

  @Override
  public void setSocketTimeout(Timeout timeout) {
    this.timeout = timeout;
    super.setSocketTimeout(timeout);
  }

  @Override
  public void passivate() {
    super.setSocketTimeout(Timeout.ZERO_MILLISECONDS);
  }

  @Override
  public void activate() {
    super.setSocketTimeout(timeout);
  }
}
