package io.lofn.runtime.embedded.registry;

import io.lofn.api.EngineException;
import io.lofn.http.StoredCredentials;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one source during one pull. Follows redirects, and takes no credentials along
 * to other hosts. Closing it breaks off what is going on, and so does an interrupt of the thread
 * that made it. Thread-safe.
 */
final class Endpoint implements AutoCloseable {

  private static final Duration CONNECT = Duration.ofSeconds(20);

  /** How long nothing may come. */
  private static final Duration SILENCE = Duration.ofSeconds(60);

  private static final Duration IDLE = Duration.ofSeconds(30);
  private static final int MOST_IDLE = 4;
  private static final int MOST_REDIRECTS = 5;
  private static final int UNAUTHORIZED = 401;

  private final Source source;
  private final long deadline;
  private final OkHttpClient client;
  private final Predicate<HttpUrl> allowed;
  private final Access access;
  private final CountDownLatch closed = new CountDownLatch(1);

  /** Also those whose answers are being read, which OkHttp forgets. */
  private final Set<Call> calls = ConcurrentHashMap.newKeySet();

  private final InterruptWatch watch;

  /**
   * @param allowed whether an address may be asked; HTTP may not unless its host is named
   * @param deadline as {@link System#nanoTime()} counts
   */
  Endpoint(Source source, StoredCredentials stored, Predicate<HttpUrl> allowed, long deadline) {
    this.source = source;
    this.deadline = deadline;
    this.allowed = allowed;
    client =
        new OkHttpClient.Builder()
            .dispatcher(new Dispatcher())
            .connectionPool(new ConnectionPool(MOST_IDLE, IDLE.toSeconds(), TimeUnit.SECONDS))
            // Layers come by connections of their own.
            .protocols(List.of(Protocol.HTTP_1_1))
            .followRedirects(false)
            .followSslRedirects(false)
            .connectTimeout(CONNECT)
            .readTimeout(SILENCE)
            .writeTimeout(SILENCE)
            .build();
    access = new Access(source, stored, allowed, this::call);
    watch = new InterruptWatch(this::cancel);
  }

  Source source() {
    return source;
  }

  long deadline() {
    return deadline;
  }

  /**
   * Asks for a manifest or blob.
   *
   * @param request the kind of request and its headers; its address is replaced
   * @return the answer, whatever its status, but no redirect
   * @throws IOException if none comes
   * @throws EngineException if credentials or redirects are not as they should be
   */
  Response send(String kind, String name, Request.Builder request) throws IOException {
    HttpUrl own = source.url(kind, name);
    // Otherwise OkHttp asks for gzip, and uncompresses what was not compressed by the image.
    request.header("Accept-Encoding", "identity");
    HttpUrl url = own;
    for (int hops = 0; hops <= MOST_REDIRECTS; hops++) {
      Response response =
          isSameHost(own, url) ? authorized(request.url(url)) : call(with(request.url(url), null));
      if (!response.isRedirect()) {
        return response;
      }
      String location = response.header("Location");
      response.close();
      HttpUrl next = location == null ? null : url.resolve(location);
      if (next == null) {
        throw source.refused("it redirects to no address of HTTP or HTTPS", "");
      }
      if (!allowed.test(next)) {
        String host = Sources.host(next);
        throw source.refused("it redirects to %s by HTTP".formatted(host), allow(host));
      }
      url = next;
    }
    throw source.refused("it redirects more than %d times".formatted(MOST_REDIRECTS), "");
  }

  /** Returns what to do if a host uses HTTP. */
  static String allow(String host) {
    return "give %s a certificate, or add %s to spark.lofn.embedded.insecureRegistries"
        .formatted(host, host);
  }

  private static boolean isSameHost(HttpUrl one, HttpUrl other) {
    return one.scheme().equals(other.scheme())
        && one.host().equals(other.host())
        && one.port() == other.port();
  }

  private Response authorized(Request.Builder request) throws IOException {
    String header = access.header();
    Response response = call(with(request, header));
    if (response.code() != UNAUTHORIZED) {
      return response;
    }
    try {
      Optional<String> renewed = access.renew(header, response.challenges());
      if (renewed.isEmpty()) {
        return response;
      }
      response.close();
      return call(with(request, renewed.get()));
    } catch (IOException | RuntimeException e) {
      response.close();
      throw e;
    }
  }

  private static Request with(Request.Builder request, @Nullable String authorization) {
    request.removeHeader("Authorization");
    return authorization == null
        ? request.build()
        : request.header("Authorization", authorization).build();
  }

  private Response call(Request request) throws IOException {
    Call call = client.newCall(request.newBuilder().header("User-Agent", "lofn").build());
    calls.add(call);
    if (closed.getCount() == 0) {
      call.cancel();
    }
    call.timeout().timeout(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    return call.execute();
  }

  /** Returns the failure of a request that got no answer, or only a part of one. */
  EngineException unanswered(IOException failure) {
    if (System.nanoTime() - deadline >= 0) {
      return new EngineException(
          source.message("the pull takes longer than spark.lofn.image.pullTimeout"), failure);
    }
    return Thread.currentThread().isInterrupted()
        ? new EngineException(source.message("interrupted"), failure)
        : Answers.unanswered(source, failure);
  }

  /**
   * Waits, unless there is no time left.
   *
   * @return whether to go on
   */
  boolean pause(long millis) {
    try {
      return System.nanoTime() - deadline < 0 && !closed.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void cancel() {
    calls.forEach(Call::cancel);
  }

  @Override
  public void close() {
    closed.countDown();
    watch.close();
    cancel();
    client.connectionPool().evictAll();
  }
}
