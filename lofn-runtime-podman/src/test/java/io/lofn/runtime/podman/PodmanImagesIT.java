package io.lofn.runtime.podman;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.RuntimeConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests images of the node, of archives, and of registries that refuse. */
@Timeout(value = 120, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PodmanImagesIT {

  static {
    // Podman tries TLS first, and continues when that connection is closed.
    System.setProperty("sun.net.httpserver.maxReqTime", "1");
  }

  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  private final String repository = "lofn/test-" + UUID.randomUUID();

  @TempDir private Path directory;

  private PodmanEngine engine;
  private PodmanImages images;

  @BeforeEach
  void connect() {
    engine = PodmanEngine.connect(PodmanConfig.of(RuntimeConfig.of(Map.of()), System.getenv()));
    images = new PodmanImages(engine, new RegistryCredentials(Map.of(), directory));
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private void refused(ImageRequest request, String... parts) {
    assertThatThrownBy(() -> images.prepare(request))
        .isInstanceOfSatisfying(
            ImageUnavailableException.class, e -> assertThat(e.getMessage()).contains(parts))
        .hasMessageContaining(request.reference());
  }

  @Test
  void loadsAnArchiveAndNamesWhatIsInIt() throws Exception {
    String name = "localhost/" + repository + ":1";
    Path archive = archive(name);
    ImageRequest request = ImageRequest.of(repository + ":1").policy(PullPolicy.NEVER);
    refused(request, "the pull policy is never");
    try {
      images.load(archive, TIMEOUT);

      assertThat(images.prepare(request).id()).matches("[0-9a-f]{64}");
      assertThat(images.prepare(request).id())
          .isEqualTo(images.prepare(ImageRequest.of("busybox:1")).id());
    } finally {
      untag(name);
    }
  }

  /** A copy of the test image, whose name is only in the archive. */
  private Path archive(String name) throws Exception {
    String colon = name.substring(0, name.lastIndexOf(':'));
    Request.Builder tag = engine.libpod("/images/localhost/busybox:1/tag?repo=" + colon + "&tag=1");
    engine.expect("tag", engine.call("tag", tag.post(PodmanEngine.nothing()).build()));
    Path archive = directory.resolve("an image.tar");
    Request get = engine.libpod("/images/" + name + "/get?format=docker-archive").get().build();
    try (Response response = engine.longCall(get).execute()) {
      assertThat(response.code()).isEqualTo(200);
      Files.copy(response.body().byteStream(), archive);
    } finally {
      untag(name);
    }
    return archive;
  }

  /** Removes it by its name, so that the image keeps its other names. */
  private void untag(String name) {
    Request delete = engine.libpod("/images/" + name).delete().build();
    engine.expect("untag", engine.call("untag", delete));
  }

  @Test
  void namesAnArchiveThatIsNone() throws Exception {
    Path broken = Files.writeString(directory.resolve("broken.tar"), "no archive at all");
    assertThatThrownBy(() -> images.load(broken, TIMEOUT))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining(broken.toString())
        .hasMessageContaining("The archive is not a tar file");
    Path absent = directory.resolve("absent.tar");
    assertThatThrownBy(() -> images.load(absent, TIMEOUT))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(absent.toString())
        .hasMessageContaining("it cannot be read");
  }

  @Test
  void takesNoImageOfAnotherPlatform() {
    ImageRequest request = ImageRequest.of("busybox:1").policy(PullPolicy.NEVER);
    refused(request.platform("linux/s390x"), "the pull policy is never");
  }

  @Test
  void saysThatAnIdCannotBePulled() {
    refused(ImageRequest.of("sha256:" + "0123456789abcdef".repeat(4)), "id cannot be pulled");
  }

  @Test
  void tellsOfARegistryThatKnowsNoSuchImage() throws Exception {
    refusedBy(
        404,
        "{\"errors\": [{\"code\": \"MANIFEST_UNKNOWN\", \"message\": \"manifest unknown\"}]}",
        "manifest unknown",
        "Check its name");
  }

  @Test
  void tellsOfARegistryThatAsksForAPassword() throws Exception {
    refusedBy(
        401,
        "{\"errors\": [{\"code\": \"UNAUTHORIZED\", \"message\": \"authentication required\"}]}",
        "podman login",
        directory.resolve(".docker/config.json").toString());
  }

  @Test
  void tellsOfAPageInPlaceOfARegistry() throws Exception {
    refusedBy(403, "<html><body>Welcome</body></html>", "captive portal", "proxy");
  }

  private void refusedBy(int status, String body, String... parts) throws Exception {
    byte[] bytes = body.getBytes(UTF_8);
    HttpServer registry =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    registry.createContext(
        "/v2/",
        exchange -> {
          try (exchange) {
            boolean isPing = exchange.getRequestURI().getPath().equals("/v2/");
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            if (status == 401) {
              exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"test\"");
            }
            exchange.sendResponseHeaders(isPing && status != 401 ? 200 : status, bytes.length);
            exchange.getResponseBody().write(bytes);
          }
        });
    registry.start();
    try {
      String host = "127.0.0.1:" + registry.getAddress().getPort();
      refused(ImageRequest.of(host + "/" + repository + ":1"), parts);
    } finally {
      registry.stop(0);
    }
  }

  @Test
  void takesARegistryThatIsDownForAFailureThatMayPass() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    ImageRequest request = ImageRequest.of("127.0.0.1:" + port + "/" + repository + ":1");
    assertThatThrownBy(() -> images.prepare(request))
        .isExactlyInstanceOf(EngineException.class)
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.isTransient()).as(e.toString()).isTrue())
        .hasMessageContaining(request.reference())
        .hasMessageContaining("connection refused");
  }

  @Test
  void tellsNoDigestThatNoRegistryWouldKnow() {
    String digest = "sha256:" + "0123456789abcdef".repeat(4);
    assertThat(images.digest(ImageRequest.of("example.org/a@" + digest))).contains(digest);
    assertThat(images.digest(ImageRequest.of(digest))).isEmpty();
    assertThat(images.digest(ImageRequest.of("busybox:1"))).isEmpty();
    assertThat(images.digest(ImageRequest.of("busybox:1").policy(PullPolicy.ALWAYS))).isEmpty();
  }
}
