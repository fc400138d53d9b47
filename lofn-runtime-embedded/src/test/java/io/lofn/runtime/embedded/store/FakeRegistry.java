package io.lofn.runtime.embedded.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A registry that a test can have behave in every way, and that notes what it is asked. */
final class FakeRegistry implements AutoCloseable {

  static final String DOCKER = "application/vnd.docker.distribution.manifest.v2+json";
  static final String INDEX = "application/vnd.oci.image.index.v1+json";

  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final Map<String, String> types = new ConcurrentHashMap<>();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private volatile Behaviour first = exchange -> false;

  /** A request. */
  record Asked(String method, String path, String query, Headers headers, String body) {

    /** Returns the value of a header, or an empty text. */
    String header(String name) {
      return Optional.ofNullable(headers.getFirst(name)).orElse("");
    }
  }

  /** What is done before the registry itself answers. */
  @FunctionalInterface
  interface Behaviour {

    /**
     * Answers a request.
     *
     * @return false if the registry shall answer itself
     */
    boolean answers(HttpExchange exchange) throws IOException;
  }

  FakeRegistry() throws IOException {
    this(HttpServer.create(ANY_PORT, 50));
  }

  FakeRegistry(HttpServer server) {
    this.server = server;
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** Returns a server for HTTPS. */
  static HttpServer tls(Path keys, String password) throws Exception {
    KeyStore store = KeyStore.getInstance(keys.toFile(), password.toCharArray());
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, password.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    HttpsServer server = HttpsServer.create(ANY_PORT, 50);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    return server;
  }

  String host() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  /** Lets something come before the registry itself. */
  FakeRegistry first(Behaviour behaviour) {
    first = behaviour;
    return this;
  }

  /** Returns the requests so far. */
  List<Asked> asked() {
    return asked;
  }

  /** Returns the requests for manifests, or for blobs. */
  List<Asked> asked(String kind) {
    return asked.stream().filter(each -> each.path().contains("/" + kind + "/")).toList();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String query = Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("");
    Headers headers = new Headers();
    headers.putAll(exchange.getRequestHeaders());
    asked.add(
        new Asked(
            exchange.getRequestMethod(),
            exchange.getRequestURI().getPath(),
            query,
            headers,
            new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
    try (exchange) {
      if (!first.answers(exchange)) {
        answer(exchange);
      }
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    byte[] file = files.get(path);
    if (file == null) {
      reply(
          exchange,
          404,
          "application/json",
          "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\"}]}");
      return;
    }
    exchange.getResponseHeaders().add("Content-Type", types.get(path));
    exchange.getResponseHeaders().add("Docker-Content-Digest", TestImage.sha256(file));
    Matcher range =
        RANGE.matcher(
            Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range")).orElse(""));
    int from = range.matches() ? Integer.parseInt(range.group(1)) : 0;
    if (from > 0) {
      exchange
          .getResponseHeaders()
          .add("Content-Range", "bytes %d-%d/%d".formatted(from, file.length - 1, file.length));
    }
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    send(exchange, from > 0 ? 206 : 200, Arrays.copyOfRange(file, from, file.length));
  }

  private static void send(HttpExchange exchange, int status, byte[] bytes) throws IOException {
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** Answers by a text. */
  static boolean reply(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    exchange.getResponseHeaders().add("Content-Type", type);
    send(exchange, status, text.getBytes(UTF_8));
    return true;
  }

  /** Says a length, and breaks off after some bytes. */
  static boolean breakOff(HttpExchange exchange, int length, byte[] bytes) throws IOException {
    exchange.getResponseHeaders().add("Content-Type", "application/octet-stream");
    exchange.sendResponseHeaders(200, length);
    exchange.getResponseBody().write(bytes);
    exchange.getResponseBody().flush();
    return true;
  }

  /** Returns a file that was pushed. */
  byte[] blob(String repository, String digest) {
    return files.get("/v2/" + repository + "/blobs/" + digest);
  }

  /** Replaces what is given for a digest. */
  void replace(String repository, String digest, byte[] other) {
    files.put("/v2/" + repository + "/blobs/" + digest, other);
  }

  /** Pushes an image; returns the digest of its manifest. */
  String push(String repository, String tag, TestImage image) throws IOException {
    List<String> layers = new ArrayList<>();
    for (byte[] layer : image.layers()) {
      layers.add(push(repository, gzip(layer), "tar+gzip"));
    }
    return push(repository, tag, image, layers);
  }

  /** Pushes an image with layers that were pushed before, as descriptors. */
  String push(String repository, String tag, TestImage image, List<String> layers) {
    String config = push(repository, image.config().getBytes(UTF_8), "image.config");
    return putManifest(
        repository,
        tag,
        DOCKER,
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}"
            .formatted(DOCKER, config, String.join(",", layers)));
  }

  /** Pushes a blob; returns its descriptor. */
  String push(String repository, byte[] bytes, String kind) {
    String digest = TestImage.sha256(bytes);
    put("/v2/" + repository + "/blobs/" + digest, bytes, "application/octet-stream");
    return "{\"mediaType\":\"application/vnd.oci.%s.v1\",\"digest\":\"%s\",\"size\":%d}"
        .formatted(kind, digest, bytes.length);
  }

  /** Pushes a manifest; returns its digest. */
  String putManifest(String repository, String tag, String type, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    String digest = TestImage.sha256(bytes);
    put("/v2/" + repository + "/manifests/" + tag, bytes, type);
    put("/v2/" + repository + "/manifests/" + digest, bytes, type);
    return digest;
  }

  /** Pushes an index; keys are digests of manifests, values platforms such as linux/amd64. */
  String putIndex(String repository, String tag, Map<String, String> manifests) {
    String entries =
        manifests.entrySet().stream()
            .map(
                each ->
                    "{\"digest\":\"%s\",\"size\":1,\"platform\":{\"os\":\"%s\",\"architecture\":\"%s\"}}"
                        .formatted(
                            each.getKey(),
                            each.getValue().split("/", -1)[0],
                            each.getValue().split("/", -1)[1]))
            .collect(Collectors.joining(","));
    return putManifest(
        repository, tag, INDEX, "{\"schemaVersion\":2,\"manifests\":[%s]}".formatted(entries));
  }

  private void put(String path, byte[] bytes, String type) {
    types.put(path, type);
    files.put(path, bytes);
  }

  static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(all)) {
      gzip.write(bytes);
    }
    return all.toByteArray();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
