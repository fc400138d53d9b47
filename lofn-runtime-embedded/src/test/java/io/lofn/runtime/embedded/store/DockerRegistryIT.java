package io.lofn.runtime.embedded.store;

import static io.lofn.runtime.embedded.store.TestImage.put;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_NORMAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.spi.ImageRequest;
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

  @TempDir private Path directory;
  private DockerRegistry registry;
  private String host;
  private TestImage image;
  private byte[] layer;

  @BeforeEach
  void startTheRegistry() throws Exception {
    Path passwords = Files.writeString(directory.resolve("htpasswd"), "lofn:" + HASH + "\n");
    registry =
        new DockerRegistry(
            directory, "", "auth: {htpasswd: {realm: lofn, path: '%s'}}".formatted(passwords));
    host = registry.host();
    byte[] noise = new byte[3 << 20];
    new Random(1).nextBytes(noise);
    image =
        TestImage.named("any")
            .layer(tar -> put(tar, "file", noise))
            .layer(tar -> put(tar, LF_NORMAL, "second", "2"));
    layer = FakeRegistry.gzip(image.layers().get(0));
    registry.push(image, "Basic " + auth());
    Files.writeString(
        directory.resolve("config.json"),
        "{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}".formatted(host, auth()));
  }

  @AfterEach
  void endTheRegistry() {
    registry.close();
  }

  private static String auth() {
    return Base64.getEncoder().encodeToString(PAIR.getBytes(UTF_8));
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
    int lines = registry.log().split("\n", -1).length;

    assertWhole(store().prepare(request().policy(PullPolicy.ALWAYS)).id());

    assertThat(
            registry
                .log()
                .lines()
                .skip(lines - 1)
                .filter(line -> line.contains("http.response.status=200")))
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

    assertThat(registry.log()).contains("\" 206 " + (layer.length - 1_000_000) + " ");
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
    assertThat(
            registry.log().lines().filter(line -> line.contains(blob) && line.contains("\" 200 ")))
        .hasSize(1);
    assertWhole(image.id());
  }
}
