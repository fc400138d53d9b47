package io.lofn.runtime.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.exception.NotFoundException;
import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RuntimeConfig;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pulls from a registry on this machine. */
@Timeout(value = 120, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DockerImagesIT {

  private final String repository = "lofn/test-" + UUID.randomUUID();
  private final Set<String> pulled = new HashSet<>();

  @TempDir private Path configDirectory;

  private FakeRegistry registry;
  private DockerEngine engine;
  private DockerImages images;

  @BeforeEach
  void connect() throws Exception {
    registry = new FakeRegistry();
    engine =
        DockerEngine.connect(
            DockerConfig.of(RuntimeConfig.of(Map.of()), System.getenv(), configDirectory));
    RegistryCredentials credentials = new RegistryCredentials(configDirectory);
    images = new DockerImages(engine, credentials);
  }

  @AfterEach
  void removeImages() {
    for (String id : pulled) {
      engine.call(
          "remove image " + id,
          client -> {
            try {
              client.removeImageCmd(id).withForce(true).exec();
              return true;
            } catch (NotFoundException gone) {
              return false;
            }
          });
    }
    engine.close();
    registry.close();
  }

  private String name(String suffix) {
    return registry.host() + "/" + repository + suffix;
  }

  private PreparedImage prepare(ImageRequest request) {
    PreparedImage image = images.prepare(request);
    pulled.add(image.id());
    return image;
  }

  private void refused(ImageRequest request, String... parts) {
    assertThatThrownBy(() -> prepare(request))
        .isInstanceOfSatisfying(
            ImageUnavailableException.class, e -> assertThat(e.getMessage()).contains(parts))
        .hasMessageContaining(request.reference());
  }

  private void failsForNow(ImageRequest request, String part) {
    assertThatThrownBy(() -> prepare(request))
        .isExactlyInstanceOf(EngineException.class)
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.isTransient()).as(e.toString()).isTrue())
        .hasMessageContaining(request.reference())
        .hasMessageContaining(part);
  }

  @Test
  void pullsWhatIsMissingAndNothingElse() throws Exception {
    registry.push(repository, "1", "one");
    registry.push(repository, "2", "two");
    PreparedImage image = prepare(ImageRequest.of(name(":1")));
    assertThat(image.reference()).isEqualTo(name(":1"));
    assertThat(image.id()).matches("sha256:[0-9a-f]{64}");
    int requests = registry.requests().size();
    assertThat(prepare(ImageRequest.of(name(":1")))).isEqualTo(image);
    assertThat(prepare(ImageRequest.of(image.id())).id()).isEqualTo(image.id());
    assertThat(registry.requests()).hasSize(requests);
    refused(ImageRequest.of(name(":2")).policy(PullPolicy.NEVER), "the pull policy is never");
  }

  @Test
  void pullsTheLatestAndNotAllTags() throws Exception {
    registry.push(repository, "latest", "latest");
    registry.push(repository, "other", "other");
    prepare(ImageRequest.of(name("")));
    assertThat(registry.requests())
        .anyMatch(request -> request.endsWith("/manifests/latest"))
        .noneMatch(request -> request.contains("tags") || request.endsWith("/manifests/other"));
  }

  @Test
  void pullsByDigest() throws Exception {
    String digest = registry.push(repository, "1", "one");
    registry.push(repository, "1", "moved");
    PreparedImage image = prepare(ImageRequest.of(name("@" + digest)));
    assertThat(image.reference()).endsWith(digest);
    assertThat(prepare(ImageRequest.of(name(":1"))).id()).isNotEqualTo(image.id());
    assertThat(prepare(ImageRequest.of(name(":1@" + digest))).id()).isEqualTo(image.id());
  }

  @Test
  void noticesThatATagMovedIfItAlwaysAsks() throws Exception {
    registry.push(repository, "1", "one");
    PreparedImage first = prepare(ImageRequest.of(name(":1")));
    registry.push(repository, "1", "two");
    assertThat(prepare(ImageRequest.of(name(":1")))).isEqualTo(first);
    assertThat(prepare(ImageRequest.of(name(":1")).policy(PullPolicy.ALWAYS)).id())
        .isNotEqualTo(first.id());
  }

  @Test
  void takesNoImageOfAnotherPlatform() throws Exception {
    registry.push(repository, "1", "one");
    ImageRequest request = ImageRequest.of(name(":1"));
    PreparedImage image = prepare(request.platform("linux/amd64"));
    assertThat(prepare(request.platform("linux/x86_64").policy(PullPolicy.NEVER))).isEqualTo(image);
    refused(request.platform("linux/s390x").policy(PullPolicy.NEVER), "the pull policy is never");
  }

  @Test
  void saysThatThereIsNoSuchImage() {
    refused(ImageRequest.of(name(":none")), "manifest unknown", "Check its name");
  }

  @Test
  void saysThatAnIdCannotBePulled() {
    refused(ImageRequest.of("sha256:" + "0123456789abcdef".repeat(4)), "id cannot be pulled");
  }

  @Test
  void usesTheStoredCredentials() throws Exception {
    registry.push(repository, "1", "one");
    registry.protect("me", "pass");
    refused(ImageRequest.of(name(":1")), configDirectory.resolve("config.json").toString());
    Files.writeString(
        configDirectory.resolve("config.json"),
        "{\"auths\": {\"%s\": {\"auth\": \"bWU6cGFzcw==\"}}}".formatted(registry.host()));
    assertThat(prepare(ImageRequest.of(name(":1"))).id()).isNotEmpty();
  }

  @Test
  void tellsTheDigestOfATagWithoutPullingIt() throws Exception {
    String digest = registry.push(repository, "1", "one");
    assertThat(images.digest(ImageRequest.of(name(":1")))).contains(digest);
    assertThat(images.digest(ImageRequest.of(name("@" + digest)))).contains(digest);
    refused(ImageRequest.of(name(":1")).policy(PullPolicy.NEVER), "the pull policy is never");
    assertThat(images.digest(ImageRequest.of(name(":1")).policy(PullPolicy.NEVER))).isEmpty();
  }

  @Test
  void tellsTheDigestOfTheImageThatIsThereUnlessItAlwaysAsks() throws Exception {
    String digest = registry.push(repository, "1", "one");
    prepare(ImageRequest.of(name(":1")));
    String moved = registry.push(repository, "1", "two");
    for (PullPolicy policy : List.of(PullPolicy.MISSING, PullPolicy.NEVER)) {
      assertThat(images.digest(ImageRequest.of(name(":1")).policy(policy))).contains(digest);
    }
    assertThat(images.digest(ImageRequest.of(name(":1")).policy(PullPolicy.ALWAYS)))
        .contains(moved);
  }

  @Test
  void tellsNoDigestOfAnImageThatWasInNoRegistry() {
    assertThat(images.digest(ImageRequest.of("busybox:1"))).isEmpty();
  }

  @Test
  void asksForADigestWithTheStoredCredentials() throws Exception {
    String digest = registry.push(repository, "1", "one");
    registry.protect("me", "pass");
    ImageRequest request = ImageRequest.of(name(":1"));
    assertThatThrownBy(() -> images.digest(request))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining(request.reference());
    Files.writeString(
        configDirectory.resolve("config.json"),
        "{\"auths\": {\"%s\": {\"auth\": \"bWU6cGFzcw==\"}}}".formatted(registry.host()));
    assertThat(images.digest(request)).contains(digest);
  }

  @Test
  void saysThatThereIsNoSuchImageToTellTheDigestOf() {
    assertThatThrownBy(() -> images.digest(ImageRequest.of(name(":none"))))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining(name(":none"));
  }

  @Test
  void failsForNowIfTheRegistryIsOutOfOrder() {
    registry.failWith(503);
    failsForNow(ImageRequest.of(name(":1")), "503");
  }

  @Test
  void saysWhatToDoAboutARateLimitWithinTheTimeOfThePull() {
    registry.failWith(429);
    assertThatThrownBy(
            () -> prepare(ImageRequest.of(name(":1")).pullTimeout(Duration.ofSeconds(8))))
        .isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.isTransient()).isFalse())
        .hasMessageContaining("spark.lofn.image.pullTimeout")
        .hasMessageContaining("limits how many images may be pulled")
        .hasMessageContaining("Tool.imageArchive");
  }

  @Test
  void saysThatAPageIsNoRegistry() {
    registry.answerByPage();
    refused(ImageRequest.of(name(":1")), "captive portal");
  }

  @Test
  void saysThatAnImageIsForOtherPlatforms() throws Exception {
    registry.pushIndex(repository, "1", "s390x");
    refused(ImageRequest.of(name(":1")), "not for the platform", "Tool.platform");
  }

  private void notLoaded(byte[] archive, String... parts) throws Exception {
    Path file = Files.write(configDirectory.resolve("image.tar"), archive);
    assertThatThrownBy(() -> images.load(file, Duration.ofMinutes(1)))
        .isInstanceOfSatisfying(
            ImageUnavailableException.class, e -> assertThat(e.getMessage()).contains(parts))
        .hasMessageContaining(file.toString());
  }

  private static byte[] archive(String... names) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (String name : names) {
        tar.putArchiveEntry(new TarArchiveEntry(name));
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void saysAtOnceWhatIsWrongWithAnArchive() throws Exception {
    notLoaded("no archive at all".getBytes(UTF_8), "is not a tar file", "docker save");
    notLoaded(Arrays.copyOf(archive("a", "b", "manifest.json"), 1200), "is cut short");
    notLoaded(archive("bin/sh"), "has no manifest.json", "docker save");
  }

  @Test
  void loadsAnOciLayoutOrSaysHowToConvertIt() throws Exception {
    Path file =
        Files.write(
            configDirectory.resolve("image.tar"), archive("oci-layout", "index.json", "blobs/"));
    assertThatThrownBy(() -> images.load(file, Duration.ofMinutes(1)))
        .isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.isTransient()).isFalse())
        .hasMessageContaining("skopeo copy");
  }

  @Test
  void failsForNowIfTheRegistryIsGone() {
    registry.close();
    failsForNow(ImageRequest.of(name(":1")), "refused");
  }

  @Test
  void waitsNoLongerThanThePullMayTake() {
    registry.fallSilent();
    long start = System.nanoTime();
    failsForNow(
        ImageRequest.of(name(":1")).pullTimeout(Duration.ofSeconds(1)), "no answer within 1 s");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void isInterrupted() {
    registry.fallSilent();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> prepare(ImageRequest.of(name(":1"))))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }
}
