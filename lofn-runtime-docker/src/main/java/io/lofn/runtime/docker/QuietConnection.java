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
 * A connection that logs nothing of what it carries. The library's own logs headers and bytes,
 * which have credentials of registries and the environment of tools, wherever somebody logs more
 * than usual.
 */
final class QuietConnection extends DefaultBHttpClientConnection
    implements ManagedHttpClientConnection {

  private Timeout timeout = Timeout.ZERO_MILLISECONDS;

  private QuietConnection() {
    super(Http1Config.DEFAULT);
  }

  /** One that is bound, where there is something to bind it to. */
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
