package io.lofn.runtime.docker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** A registry of tiny images on this machine, for which engines use plain http. */
final class FakeRegistry implements AutoCloseable {

  private static final String MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
  private static final String INDEX = "application/vnd.docker.distribution.manifest.list.v2+json";
  private static final String CONFIG = "application/vnd.docker.container.image.v1+json";
  private static final String LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip";

  static {
    // An engine tries TLS first, and continues when that connection is closed, or after 10 seconds.
    System.setProperty("sun.net.httpserver.maxReqTime", "1");
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
  private final Map<String, byte[]> manifests = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile String authorization = "";
  private volatile int failure;
  private volatile boolean silent;
  private volatile boolean page;

  FakeRegistry() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    server.setExecutor(threads);
    server.createContext("/v2/", this::answer);
    server.start();
  }

  /** Returns the prefix of image names. */
  String host() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  /** From now on requires a user and a password. */
  void protect(String user, String password) {
    byte[] text = (user + ":" + password).getBytes(UTF_8);
    authorization = "Basic " + Base64.getEncoder().encodeToString(text);
  }

  /** From now on gives only this answer. */
  void failWith(int status) {
    failure = status;
  }

  /** Answers by a page for people from now on, as a captive portal does. */
  void answerByPage() {
    page = true;
  }

  /** From now on accepts requests but does not answer. */
  void fallSilent() {
    silent = true;
  }

  List<String> requests() {
    return requests;
  }

  /** Creates an image with one file, and returns its digest. */
  String push(String repository, String tag, String content) throws IOException {
    byte[] tar = tar(content);
    byte[] layer = gzip(tar);
    String config =
        """
        {"architecture": "amd64", "os": "linux", "config": {},
         "rootfs": {"type": "layers", "diff_ids": ["%s"]}}
        """
            .formatted(digest(tar));
    byte[] configBytes = config.getBytes(UTF_8);
    String manifest =
        """
        {"schemaVersion": 2, "mediaType": "%s",
         "config": {"mediaType": "%s", "size": %d, "digest": "%s"},
         "layers": [{"mediaType": "%s", "size": %d, "digest": "%s"}]}
        """
            .formatted(
                MANIFEST,
                CONFIG,
                configBytes.length,
                digest(configBytes),
                LAYER,
                layer.length,
                digest(layer));
    byte[] manifestBytes = manifest.getBytes(UTF_8);
    blobs.put(digest(configBytes), configBytes);
    blobs.put(digest(layer), layer);
    String digest = digest(manifestBytes);
    manifests.put(repository + "/manifests/" + tag, manifestBytes);
    manifests.put(repository + "/manifests/" + digest, manifestBytes);
    return digest;
  }

  /** Makes an image that is there for one architecture only. */
  void pushIndex(String repository, String tag, String architecture) throws IOException {
    String digest = push(repository, "of-index", "content");
    String index =
        """
        {"schemaVersion": 2, "mediaType": "%s",
         "manifests": [{"mediaType": "%s", "size": %d, "digest": "%s",
          "platform": {"architecture": "%s", "os": "linux"}}]}
        """
            .formatted(
                INDEX,
                MANIFEST,
                manifests.get(repository + "/manifests/" + digest).length,
                digest,
                architecture);
    byte[] bytes = index.getBytes(UTF_8);
    manifests.put(repository + "/manifests/" + tag, bytes);
    manifests.put(repository + "/manifests/" + digest(bytes), bytes);
  }

  private static byte[] tar(String content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      TarArchiveEntry entry = new TarArchiveEntry("content");
      entry.setSize(content.getBytes(UTF_8).length);
      tar.putArchiveEntry(entry);
      tar.write(content.getBytes(UTF_8));
      tar.closeArchiveEntry();
    }
    return bytes.toByteArray();
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    }
    return bytes.toByteArray();
  }

  private static String digest(byte[] content) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
      return "sha256:" + HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath().substring("/v2/".length());
      requests.add(exchange.getRequestMethod() + " " + path);
      if (silent) {
        closing.await();
      } else if (page) {
        send(exchange, 200, "text/html", "<html><body>Welcome</body></html>".getBytes(UTF_8));
      } else if (failure != 0) {
        send(exchange, failure, "text/plain", "out of order".getBytes(UTF_8));
      } else if (!isAllowed(exchange)) {
        exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"test\"");
        send(exchange, 401, "application/json", error("UNAUTHORIZED", "authentication required"));
      } else if (path.isEmpty()) {
        send(exchange, 200, "application/json", "{}".getBytes(UTF_8));
      } else {
        sendContent(exchange, path);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isAllowed(HttpExchange exchange) {
    return authorization.isEmpty()
        || authorization.equals(exchange.getRequestHeaders().getFirst("Authorization"));
  }

  private void sendContent(HttpExchange exchange, String path) throws IOException {
    byte[] manifest = manifests.get(path);
    byte[] blob = blobs.get(path.substring(path.lastIndexOf('/') + 1));
    if (manifest != null) {
      exchange.getResponseHeaders().set("Docker-Content-Digest", digest(manifest));
      send(exchange, 200, new String(manifest, UTF_8).contains(INDEX) ? INDEX : MANIFEST, manifest);
    } else if (blob != null) {
      send(exchange, 200, "application/octet-stream", blob);
    } else {
      send(exchange, 404, "application/json", error("MANIFEST_UNKNOWN", "manifest unknown"));
    }
  }

  private static byte[] error(String code, String message) {
    return "{\"errors\": [{\"code\": \"%s\", \"message\": \"%s\"}]}"
        .formatted(code, message)
        .getBytes(UTF_8);
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
