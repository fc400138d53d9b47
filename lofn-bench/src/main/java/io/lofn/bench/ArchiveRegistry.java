package io.lofn.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A registry with the image of one archive, its layers as they are there; counts requests. */
final class ArchiveRegistry implements AutoCloseable {

  private static final String NAME = "/v2/bench/archive/";
  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  private static final Pattern CONFIG = Pattern.compile("\"Config\":\"([^\"]+)\"");
  private static final Pattern LAYERS = Pattern.compile("\"Layers\":\\[([^\\]]+)\\]");
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;

  private final HttpServer server;
  private final Map<String, Path> files = new HashMap<>();
  private final AtomicInteger requests = new AtomicInteger();

  private ArchiveRegistry(HttpServer server) {
    this.server = server;
  }

  /**
   * Starts the registry.
   *
   * @param archive of {@code docker save}, with one image
   * @param work a directory for its files
   */
  static ArchiveRegistry of(Path archive, Path work) throws IOException, InterruptedException {
    String unused = Shell.output("mkdir %2$s && tar -xf %1$s -C %2$s".formatted(archive, work));
    ArchiveRegistry registry =
        new ArchiveRegistry(
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    String list = Files.readString(work.resolve("manifest.json"));
    String config = registry.add(work.resolve(found(CONFIG, list)), "config");
    StringBuilder layers = new StringBuilder();
    for (String each : found(LAYERS, list).split(",", -1)) {
      Path layer = work.resolve(each.replace("\"", "").strip()).toRealPath();
      layers.append(layers.isEmpty() ? "" : ",").append(registry.add(layer, "layer"));
    }
    String manifest =
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}"
            .formatted(MANIFEST, config, layers);
    registry.files.put(
        NAME + "manifests/1", Files.writeString(work.resolve("oci-manifest"), manifest));
    registry.server.createContext("/", registry::answer);
    registry.server.start();
    return registry;
  }

  private static String found(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IllegalStateException("No %s in %s".formatted(pattern, text));
    }
    return matcher.group(1);
  }

  /** Returns the descriptor of a file. */
  private String add(Path file, String kind) throws IOException {
    String digest = "sha256:" + sha256(file);
    files.put(NAME + "blobs/" + digest, file);
    String type = kind.equals("config") ? "image.config.v1+json" : "image.layer.v1.tar";
    return "{\"mediaType\":\"application/vnd.oci.%s\",\"digest\":\"%s\",\"size\":%d}"
        .formatted(type, digest, Files.size(file));
  }

  private static String sha256(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] block = new byte[1 << 16];
      for (int read = in.read(block); read >= 0; read = in.read(block)) {
        digest.update(block, 0, read);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // Every JDK has it.
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    try (exchange) {
      Path file = files.get(exchange.getRequestURI().getPath());
      if (file == null) {
        byte[] none = "{\"errors\":[]}".getBytes(UTF_8);
        exchange.sendResponseHeaders(NOT_FOUND, none.length);
        exchange.getResponseBody().write(none);
        return;
      }
      exchange.getResponseHeaders().add("Content-Type", MANIFEST);
      exchange.sendResponseHeaders(OK, Files.size(file));
      try (OutputStream out = exchange.getResponseBody()) {
        Files.copy(file, out);
      }
    }
  }

  String host() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  String image() {
    return host() + "/bench/archive:1";
  }

  int requests() {
    return requests.get();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
