package io.lofn.runtime.docker;

import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.transport.UnixSocket;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.client5.http.SystemDefaultDnsResolver;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.client5.http.config.ConnectionConfig;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.client5.http.config.RequestConfig;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.client5.http.impl.classic.HttpClients;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.core5.http.ClassicHttpResponse;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.core5.http.Header;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.core5.http.HttpEntity;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.core5.http.HttpHost;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.core5.http.NameValuePair;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.core5.http.io.SocketConfig;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.core5.http.io.entity.InputStreamEntity;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.core5.http.protocol.HttpCoreContext;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.core5.net.URIAuthority;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.core5.util.TimeValue;
import com.github.dockerjava.zerodep.shaded.org.apache.hc.core5.util.Timeout;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The transport of docker-java's zerodep, with two differences: it does not log its data at any
 * level, and does not accept compressed content. Thread-safe.
 */
final class QuietHttpClient implements DockerHttpClient {

  private static final int UNUSED_PORT = 2375;

  private final EngineAddress address;
  private final HttpHost host;
  private final CloseableHttpClient client;

  /**
   * Creates the client; does not connect yet.
   *
   * @param responseTimeout how long an answer may take to begin; null means no limit
   */
  QuietHttpClient(
      EngineAddress address, Duration connectTimeout, @Nullable Duration responseTimeout) {
    this.address = address;
    this.host = host(address);
    PoolingHttpClientConnectionManager pool =
        new PoolingHttpClientConnectionManager(
            operator(address), null, null, null, QuietConnection::to);
    pool.setDefaultSocketConfig(
        SocketConfig.custom().setSoTimeout(Timeout.ZERO_MILLISECONDS).build());
    pool.setMaxTotal(Integer.MAX_VALUE);
    pool.setDefaultMaxPerRoute(Integer.MAX_VALUE);
    pool.setDefaultConnectionConfig(
        ConnectionConfig.custom()
            .setValidateAfterInactivity(TimeValue.NEG_ONE_SECOND)
            .setConnectTimeout(Timeout.of(connectTimeout))
            .build());
    RequestConfig.Builder requests = RequestConfig.custom();
    if (responseTimeout != null) {
      requests.setResponseTimeout(Timeout.of(responseTimeout));
    }
    client =
        HttpClients.custom()
            .setConnectionManager(pool)
            .setDefaultRequestConfig(requests.build())
            .disableConnectionState()
            .disableContentCompression()
            .build();
  }

  private static HttpHost host(EngineAddress address) {
    if (address.isUnix()) {
      return new HttpHost("unix", "localhost", UNUSED_PORT);
    }
    URI uri = address.uri();
    return new HttpHost(address.tls() == null ? "http" : "https", uri.getHost(), uri.getPort());
  }

  private static HttpClientConnectionOperator operator(EngineAddress address) {
    SSLContext tls = address.tls();
    TlsSocketStrategy strategy = tls == null ? null : new DefaultClientTlsStrategy(tls);
    return new DefaultHttpClientConnectionOperator(
        proxy -> address.isUnix() ? UnixSocket.get(address.socketPath()) : new Socket(),
        DefaultSchemePortResolver.INSTANCE,
        SystemDefaultDnsResolver.INSTANCE,
        scheme -> "https".equalsIgnoreCase(scheme) ? strategy : null);
  }

  @Override
  public Response execute(Request request) {
    HttpUriRequestBase sent =
        new HttpUriRequestBase(request.method(), URI.create(address.pathPrefix() + request.path()));
    sent.setScheme(host.getSchemeName());
    sent.setAuthority(new URIAuthority(host.getHostName(), host.getPort()));
    request.headers().forEach(sent::addHeader);
    byte[] bytes = request.bodyBytes();
    InputStream stream = request.body();
    if (bytes != null) {
      sent.setEntity(new ByteArrayEntity(bytes, null));
    } else if (stream != null) {
      sent.setEntity(new InputStreamEntity(stream, null));
    }
    try {
      return new Answer(sent, client.executeOpen(host, sent, HttpCoreContext.create()));
    } catch (IOException e) {
      throw new RuntimeException(e);
    }
  }

  @Override
  public void close() throws IOException {
    client.close();
  }

  private record Answer(HttpUriRequestBase request, ClassicHttpResponse response)
      implements Response {

    @Override
    public int getStatusCode() {
      return response.getCode();
    }

    @Override
    public Map<String, List<String>> getHeaders() {
      return Arrays.stream(response.getHeaders())
          .collect(
              Collectors.groupingBy(
                  NameValuePair::getName,
                  Collectors.mapping(NameValuePair::getValue, Collectors.toList())));
    }

    @Override
    public @Nullable String getHeader(String name) {
      Header header = response.getFirstHeader(name);
      return header == null ? null : header.getValue();
    }

    @Override
    public InputStream getBody() {
      try {
        HttpEntity entity = response.getEntity();
        return entity == null ? InputStream.nullInputStream() : entity.getContent();
      } catch (IOException e) {
        throw new RuntimeException(e);
      }
    }

    /**
     * Closes the response. Aborts the request, since otherwise the rest of an endless answer would
     * be read.
     */
    @Override
    public void close() {
      request.abort();
      try {
        response.close();
      } catch (IOException ignored) {
        // The connection is broken on purpose.
      }
    }
  }
}
