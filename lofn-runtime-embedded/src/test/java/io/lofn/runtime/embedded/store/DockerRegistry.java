package io.lofn.runtime.embedded.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.ArrayList;
import java.util.List;

/** Debian's docker-registry on a port of this machine. */
public final class DockerRegistry implements AutoCloseable {

  static final String REPOSITORY = "tools/sort";

  private final HttpClient http = HttpClient.newHttpClient();
  private final Path directory;
  private final int port;
  private final Process process;

  /**
   * Starts a registry, and waits until it serves.
   *
   * @param directory keeps what is pushed, for registries that are started later, too
   * @param tls the entry of that name, or an empty text
   * @param auth the entry of that name, or an empty text
   */
  public DockerRegistry(Path directory, String tls, String auth) throws IOException {
    this.directory = directory;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path config =
        Files.writeString(
            directory.resolve("config.yml"),
            """
            version: 0.1
            log: {level: info}
            storage: {filesystem: {rootdirectory: '%s'}}
            http: {addr: '%s', secret: lofn%s}
            %s
            """
                .formatted(directory.resolve("data"), host(), tls, auth));
    process =
        new ProcessBuilder("docker-registry", "serve", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    while (!listens(port)) {
      assertThat(process.isAlive()).as(log()).isTrue();
    }
  }

  /** Returns what names of images begin with. */
  public String host() {
    return "127.0.0.1:" + port;
  }

  int port() {
    return port;
  }

  /** What it has written since its start. */
  public String log() throws IOException {
    return Files.readString(directory.resolve("log"));
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Pushes an image to the tag 1 of the repository, by HTTP. */
  void push(TestImage image, String authorization) throws Exception {
    List<String> descriptors = new ArrayList<>();
    for (byte[] each : image.layers()) {
      descriptors.add(
          push(
              FakeRegistry.gzip(each),
              "application/vnd.docker.image.rootfs.diff.tar.gzip",
              authorization));
    }
    String config =
        push(
            image.config().getBytes(UTF_8),
            "application/vnd.docker.container.image.v1+json",
            authorization);
    String manifest =
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}"
            .formatted(FakeRegistry.DOCKER, config, String.join(",", descriptors));
    send(
        "PUT",
        address("manifests/1"),
        manifest.getBytes(UTF_8),
        FakeRegistry.DOCKER,
        authorization);
  }

  private String address(String path) {
    return "http://%s/v2/%s/%s".formatted(host(), REPOSITORY, path);
  }

  private String push(byte[] blob, String type, String authorization) throws Exception {
    String digest = TestImage.sha256(blob);
    HttpResponse<String> upload =
        send("POST", address("blobs/uploads/"), new byte[0], "none", authorization);
    String location = upload.headers().firstValue("Location").orElseThrow();
    send("PUT", location + "&digest=" + digest, blob, "application/octet-stream", authorization);
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
        .formatted(type, digest, blob.length);
  }

  private HttpResponse<String> send(
      String method, String address, byte[] body, String type, String authorization)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address))
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
            .header("Authorization", authorization)
            .header("Content-Type", type)
            .build();
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
    return response;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      throw new AssertionError("Interrupted", e);
    }
  }
}
