package io.lofn.runtime.embedded.store;

import static io.lofn.runtime.embedded.store.TestImage.put;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_NORMAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.spi.ImageRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pulls from Debian's docker-registry, with a password. */
@Timeout(120)
class DockerRegistryIT {

  private static final String PAIR = "lofn:secret";

  /** Of the password above, by bcrypt. */
  private static final String HASH = "$2b$04$g9j07HnVhEeUCXryrOCEpO..fUGs8jZq3sEKlNOhz3.QMOjzbAE2K";

  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir private Path directory;
  private Process registry;
  private String host;
  private TestImage image;
  private byte[] layer;

  @BeforeEach
  void startTheRegistry() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    host = "127.0.0.1:" + port;
    Path passwords = Files.writeString(directory.resolve("htpasswd"), "lofn:" + HASH + "\n");
    Path config =
        Files.writeString(
            directory.resolve("config.yml"),
            """
            version: 0.1
            log: {level: info}
            storage: {filesystem: {rootdirectory: '%s'}}
            http: {addr: '%s', secret: lofn}
            auth: {htpasswd: {realm: lofn, path: '%s'}}
            """
                .formatted(directory.resolve("data"), host, passwords));
    registry =
        new ProcessBuilder("docker-registry", "serve", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    while (!listens(port)) {
      assertThat(registry.isAlive()).as(log()).isTrue();
    }
    byte[] noise = new byte[3 << 20];
    new Random(1).nextBytes(noise);
    image =
        TestImage.named("any")
            .layer(tar -> put(tar, "file", noise))
            .layer(tar -> put(tar, LF_NORMAL, "second", "2"));
    layer = FakeRegistry.gzip(image.layers().get(0));
    push(layer, FakeRegistry.gzip(image.layers().get(1)));
    Files.writeString(
        directory.resolve("config.json"),
        "{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}".formatted(host, auth()));
  }

  @AfterEach
  void endTheRegistry() throws Exception {
    registry.destroyForcibly().waitFor();
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  private String log() throws IOException {
    return Files.readString(directory.resolve("log"));
  }

  private static String auth() {
    return Base64.getEncoder().encodeToString(PAIR.getBytes(UTF_8));
  }

  private void push(byte[]... layers) throws Exception {
    List<String> descriptors = new ArrayList<>();
    for (byte[] each : layers) {
      descriptors.add(push(each, "application/vnd.docker.image.rootfs.diff.tar.gzip"));
    }
    String config =
        push(image.config().getBytes(UTF_8), "application/vnd.docker.container.image.v1+json");
    String manifest =
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}"
            .formatted(FakeRegistry.DOCKER, config, String.join(",", descriptors));
    send(
        "PUT",
        "http://%s/v2/tools/sort/manifests/1".formatted(host),
        manifest.getBytes(UTF_8),
        FakeRegistry.DOCKER);
  }

  private String push(byte[] blob, String type) throws Exception {
    String digest = TestImage.sha256(blob);
    HttpResponse<String> upload =
        send("POST", "http://%s/v2/tools/sort/blobs/uploads/".formatted(host), new byte[0], "none");
    String location = upload.headers().firstValue("Location").orElseThrow();
    send("PUT", location + "&digest=" + digest, blob, "application/octet-stream");
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
        .formatted(type, digest, blob.length);
  }

  private HttpResponse<String> send(String method, String address, byte[] body, String type)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address))
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
            .header("Authorization", "Basic " + auth())
            .header("Content-Type", type)
            .build();
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
    return response;
  }

  private ImageStore store() {
    return TestImage.store(directory.resolve("images"), Map.of("insecureRegistries", host));
  }

  private ImageRequest request() {
    return ImageRequest.of(host + "/tools/sort:1");
  }

  private void assertWhole(String id) {
    assertThat(id).isEqualTo(image.id());
    Path root = store().open(id).root();
    assertThat(root.resolve("file")).hasSize(3 << 20);
    assertThat(root.resolve("second")).hasContent("2");
  }

  @Test
  void anImageIsPulledWithAPasswordAndAskedForAgainByOneRequest() throws Exception {
    assertWhole(store().prepare(request()).id());
    int lines = log().split("\n", -1).length;

    assertWhole(store().prepare(request().policy(PullPolicy.ALWAYS)).id());

    assertThat(
            log().lines().skip(lines - 1).filter(line -> line.contains("http.response.status=200")))
        .hasSizeLessThanOrEqualTo(1);
    assertThat(store().digest(request())).isPresent();
  }

  @Test
  void aWrongPasswordAndAnUnknownTagAreNamed() throws Exception {
    assertThatThrownBy(() -> store().prepare(ImageRequest.of(host + "/tools/sort:none")))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("manifest unknown");
    Files.delete(directory.resolve("config.json"));
    assertThatThrownBy(() -> store().prepare(request()))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("authentication required");
  }

  @Test
  void aLayerThatIsThereInPartGoesOn() throws Exception {
    Path begun = Files.createDirectories(directory.resolve("images/pulls/layout/begun"));
    Files.setPosixFilePermissions(
        directory.resolve("images"), PosixFilePermissions.fromString("rwx------"));
    Files.write(
        begun.resolve(TestImage.sha256(layer).replace(':', '-')), Arrays.copyOf(layer, 1_000_000));

    assertWhole(store().prepare(request()).id());

    assertThat(log()).contains("\" 206 " + (layer.length - 1_000_000) + " ");
  }

  @Test
  void twoExecutorsAtOncePullOnce() throws Exception {
    List<Process> executors = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      executors.add(
          new ProcessBuilder(
                  StoreProgram.pull(directory.resolve("images"), request().reference(), host))
              .redirectErrorStream(true)
              .start());
    }
    for (Process each : executors) {
      String output = new String(each.getInputStream().readAllBytes(), UTF_8);
      assertThat(each.waitFor()).as(output).isZero();
      assertThat(output).contains(image.id());
    }
    String blob = "GET /v2/tools/sort/blobs/" + TestImage.sha256(layer);
    assertThat(log().lines().filter(line -> line.contains(blob) && line.contains("\" 200 ")))
        .hasSize(1);
    assertWhole(image.id());
  }
}
