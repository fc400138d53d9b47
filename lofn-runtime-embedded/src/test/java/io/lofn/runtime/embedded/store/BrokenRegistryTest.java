package io.lofn.runtime.embedded.store;

import static io.lofn.runtime.embedded.store.TestImage.put;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.spi.ImageRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Registries that refuse, break off, or give what they should not. */
@Timeout(60)
class BrokenRegistryTest {

  private static final String TOOLS = "tools/sort";

  @TempDir private Path directory;
  private FakeRegistry registry;
  private ImageStore store;
  private String name;
  private TestImage image;
  private byte[] layer;
  private String digest;

  @BeforeEach
  void makeARegistry() throws Exception {
    registry = new FakeRegistry();
    store = TestImage.store(directory.resolve("images"), Map.of("insecureRegistries", "127.0.0.1"));
    name = registry.host() + "/" + TOOLS + ":1";
    byte[] noise = new byte[1 << 20];
    new Random(1).nextBytes(noise);
    image = TestImage.named("any").layer(tar -> put(tar, "file", noise));
    layer = FakeRegistry.gzip(image.layers().get(0));
    digest = TestImage.sha256(layer);
    registry.push(TOOLS, "1", image);
  }

  @AfterEach
  void closeTheRegistry() {
    registry.close();
  }

  private void pull() {
    String id = store.prepare(ImageRequest.of(name)).id();
    assertThat(id).isEqualTo(image.id());
    assertThat(store.open(id).root().resolve("file")).hasSize(1 << 20);
    assertThat(directory.resolve("images/pulls/layout")).doesNotExist();
  }

  private EngineException failure() {
    return catchThrowableOfType(EngineException.class, () -> store.prepare(ImageRequest.of(name)));
  }

  private EngineException lasting() {
    EngineException failure = failure();
    assertThat(failure).isInstanceOf(ImageUnavailableException.class);
    assertThat(failure.isTransient()).isFalse();
    assertThat(failure).hasMessageContaining(name);
    assertThat(directory.resolve("images/begun")).doesNotExist();
    return failure;
  }

  private List<String> ranges() {
    return registry.asked("blobs").stream()
        .filter(each -> each.path().endsWith(digest))
        .map(each -> each.header("Range"))
        .toList();
  }

  private FakeRegistry.Behaviour ofTheLayer(FakeRegistry.Behaviour behaviour) {
    return exchange ->
        exchange.getRequestURI().getPath().endsWith(digest) && behaviour.answers(exchange);
  }

  @Test
  void aLayerThatBreaksOffGoesOnWhereItEnded() {
    registry.first(
        ofTheLayer(
            exchange ->
                ranges().size() == 1
                    && FakeRegistry.breakOff(
                        exchange, layer.length, Arrays.copyOf(layer, 300_000))));

    pull();

    assertThat(ranges()).hasSize(2).first().isEqualTo("");
    int from = Integer.parseInt(ranges().get(1).replaceAll("\\D", ""));
    assertThat(from).isBetween(1, 300_000);
  }

  @Test
  void aServerThatKnowsNoRangesGivesTheLayerFromItsStart() {
    registry.first(
        ofTheLayer(
            exchange -> {
              if (ranges().size() == 1) {
                return FakeRegistry.breakOff(exchange, layer.length, Arrays.copyOf(layer, 300_000));
              }
              exchange.sendResponseHeaders(200, layer.length);
              exchange.getResponseBody().write(layer);
              return true;
            }));
    pull();
    assertThat(ranges()).hasSize(2);
  }

  @Test
  void aLayerThatNeverComesIsTransientAndTheNextPullGoesOn() {
    EngineException failure = breaksOffAfter(300_000);
    assertThat(failure)
        .hasMessageContaining("the registry did not answer, or broke off")
        .hasMessageContaining("spark.lofn.embedded.mirrors");
    assertThat(ranges()).as("some more, without anything").hasSizeBetween(6, 12);

    int before = registry.asked("blobs").size();
    pull();

    assertThat(registry.asked("blobs").subList(before, registry.asked("blobs").size()))
        .as("the configuration was there")
        .hasSize(1)
        .allSatisfy(each -> assertThat(each.header("Range")).startsWith("bytes="));
  }

  @Test
  void whatAKilledPullHasLeftIsUsedByTheNext() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    registry.first(
        ofTheLayer(
            exchange -> {
              FakeRegistry.breakOff(exchange, layer.length, Arrays.copyOf(layer, 300_000));
              return hasEnded(end);
            }));
    Process killed =
        new ProcessBuilder(StoreProgram.pull(directory.resolve("images"), name))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("output").toFile())
            .start();
    Path begun = directory.resolve("images/pulls/layout/begun").resolve(digest.replace(':', '-'));
    while (killed.isAlive() && (!Files.exists(begun) || Files.size(begun) < 300_000)) {
      Thread.onSpinWait();
    }
    assertThat(killed.isAlive()).as(Files.readString(directory.resolve("output"))).isTrue();
    killed.destroyForcibly().waitFor();
    end.countDown();
    registry.first(exchange -> false);

    pull();

    assertThat(ranges()).containsExactly("", "bytes=300000-");
  }

  @Test
  void aSlowRegistryIsWaitedForAndHoldsUpNoLoadOfAnArchive() throws Exception {
    CountDownLatch loaded = new CountDownLatch(1);
    registry.first(
        ofTheLayer(
            exchange -> {
              exchange.sendResponseHeaders(200, layer.length);
              exchange.getResponseBody().write(layer, 0, 10);
              exchange.getResponseBody().flush();
              assertThat(hasEnded(loaded)).isTrue();
              exchange.getResponseBody().write(layer, 10, layer.length - 10);
              return true;
            }));
    CompletableFuture<Void> pull = CompletableFuture.runAsync(this::pull);
    while (ranges().isEmpty() && !pull.isDone()) {
      Thread.onSpinWait();
    }
    TestImage other = TestImage.named("other:1").layer(tar -> put(tar, "file", new byte[10]));

    store.load(other.saveTo(directory.resolve("other.tar")), Duration.ofSeconds(30));

    assertThat(pull).isNotDone();
    assertThat(store.prepare(ImageRequest.of("other:1")).id()).isEqualTo(other.id());
    loaded.countDown();
    pull.get(30, TimeUnit.SECONDS);
    assertThat(ranges()).containsExactly("");
  }

  /** Keeps a connection open until the end, or that of the registry. */
  private static boolean hasEnded(CountDownLatch end) {
    try {
      return end.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      return true;
    }
  }

  @Test
  void whatAnEarlierPullLeftDamagedIsPulledAgain() throws Exception {
    breaksOffAfter(300_000);
    Path begun = directory.resolve("images/pulls/layout/begun").resolve(digest.replace(':', '-'));
    byte[] bytes = Files.readAllBytes(begun);
    bytes[0] ^= 1;
    Files.write(begun, bytes);

    pull();

    assertThat(ranges()).last().isEqualTo("");
  }

  /** Gives a part of the layer once, and then no answers at all. */
  private EngineException breaksOffAfter(int bytes) {
    registry.first(
        ofTheLayer(
            exchange ->
                ranges().size() > 1
                    || FakeRegistry.breakOff(exchange, layer.length, Arrays.copyOf(layer, bytes))));
    EngineException failure = failure();
    assertThat(failure.isTransient()).as(failure.getMessage()).isTrue();
    registry.first(exchange -> false);
    return failure;
  }

  @Test
  void aLayerWithAnotherDigestIsRefused() {
    byte[] other = layer.clone();
    other[other.length / 2] ^= 1;
    registry.replace(TOOLS, digest, other);
    assertThat(lasting())
        .hasMessageContaining("its file " + digest + " came with another digest")
        .hasMessageContaining(TestImage.sha256(other));
    registry.replace(TOOLS, digest, layer);
    pull();
  }

  @Test
  void aLayerOfAnotherLengthIsRefused() {
    for (int length : List.of(layer.length - 1, layer.length + 1)) {
      registry.replace(TOOLS, digest, Arrays.copyOf(layer, length));
      assertThat(lasting())
          .hasMessageContaining("its file %s should have %d bytes".formatted(digest, layer.length));
    }
    registry.first(
        ofTheLayer(
            exchange -> {
              exchange.sendResponseHeaders(200, 0); // in chunks, without a length
              exchange.getResponseBody().write(Arrays.copyOf(layer, layer.length + 1));
              return true;
            }));
    assertThat(lasting()).hasMessageContaining("what comes has more");
  }

  @Test
  void aLayerThatIsCutBeforeItsDigestWasComputedCannotBeUnpacked() throws Exception {
    byte[] cut = Arrays.copyOf(layer, layer.length / 2);
    registry.push(TOOLS, "cut", image, List.of(registry.push(TOOLS, cut, "tar+gzip")));
    String of = registry.host() + "/" + TOOLS + ":cut";

    assertThatThrownBy(() -> store.prepare(ImageRequest.of(of)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(of)
        .hasMessageContaining(TestImage.hex(TestImage.sha256(cut)));
    assertThat(directory.resolve("images/pulls/layout")).doesNotExist();
    assertThat(directory.resolve("images/begun")).doesNotExist();
  }

  @Test
  void aManifestWithAnotherDigestThanWasAskedForIsRefused() {
    String asked = "sha256:" + "0".repeat(64);
    registry.first(
        exchange ->
            FakeRegistry.reply(exchange, 200, FakeRegistry.DOCKER, "{\"schemaVersion\":2}"));
    assertThatThrownBy(
            () -> store.prepare(ImageRequest.of(registry.host() + "/" + TOOLS + "@" + asked)))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("came with another digest");
  }

  @Test
  void aLimitOfPullsIsWaitedForAsLongAsTheRegistrySays() {
    registry.first(exchange -> registry.asked().size() < 3 && tooMany(exchange, "1"));
    long begin = System.nanoTime();

    pull();

    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(2));
    assertThat(registry.asked("manifests")).hasSize(3);
  }

  @Test
  void aLimitOfPullsThatLastsLongerThanThePullMayTakeFailsAtOnce() {
    registry.first(exchange -> tooMany(exchange, "3600"));
    assertThat(failure())
        .hasMessageContaining("status 429")
        .hasMessageContaining("spark.lofn.image.pullTimeout")
        .hasMessageContaining("spark.lofn.embedded.mirrors");
    assertThat(registry.asked()).hasSize(1);
  }

  private static boolean tooMany(HttpExchange exchange, String wait) throws IOException {
    exchange.getResponseHeaders().add("Retry-After", wait);
    return FakeRegistry.reply(
        exchange,
        429,
        "application/json",
        "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"slow down\"}]}");
  }

  @Test
  void aRegistryThatIsOutOfOrderMayRecover() {
    registry.first(exchange -> FakeRegistry.reply(exchange, 503, "text/html", "<html>down"));
    EngineException failure = failure();
    assertThat(failure.isTransient()).isTrue();
    assertThat(failure).isNotInstanceOf(ImageUnavailableException.class);
    assertThat(failure).hasMessageContaining("status 503");
  }

  @Test
  void aRegistryThatIsNotThereMayComeBack() {
    registry.close();
    assertThat(failure().isTransient()).isTrue();
    assertThat(failure())
        .hasMessageContaining(name)
        .hasMessageContaining("Connection refused")
        .hasMessageContaining("Check that this node reaches the registry");
  }

  @Test
  void aHostThatDoesNotExistLasts() {
    name = "missing.invalid/lofn/image:1";
    assertThat(lasting()).hasMessageContaining("no such host");
  }

  @Test
  void aPullThatTakesTooLongIsNamedByItsSetting() {
    registry.first(
        ofTheLayer(
            exchange -> {
              FakeRegistry.breakOff(exchange, layer.length, Arrays.copyOf(layer, 10));
              return hasEnded(new CountDownLatch(1));
            }));
    assertThatThrownBy(
            () -> store.prepare(ImageRequest.of(name).pullTimeout(Duration.ofMillis(1500))))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("takes longer than spark.lofn.image.pullTimeout");
  }

  @Test
  void anUnknownImageLasts() {
    name = registry.host() + "/no/such:1";
    assertThat(lasting())
        .hasMessageContaining("manifest unknown")
        .hasMessageContaining("Check its name");
  }

  @Test
  void aPageInPlaceOfTheRegistryIsNamed() {
    for (String kind : List.of("/manifests/", "/blobs/")) {
      registry.first(
          exchange ->
              exchange.getRequestURI().getPath().contains(kind)
                  && FakeRegistry.reply(exchange, 200, "text/html", "<html>Log in to the hotel"));
      assertThat(lasting())
          .hasMessageContaining("What answered is a web page")
          .hasMessageContaining("captive portal");
    }
  }

  @Test
  void schemaOneIsRefusedWithWhatToDo() {
    registry.putManifest(
        TOOLS,
        "1",
        "application/vnd.docker.distribution.manifest.v1+prettyjws",
        "{\"schemaVersion\":1,\"name\":\"x\",\"fsLayers\":[]}");
    assertThat(lasting())
        .hasMessageContaining("schema 1")
        .hasMessageContaining("push the image again");
  }

  @Test
  void whatIsNoImageIsRefused() {
    registry.putManifest(
        TOOLS,
        "1",
        FakeRegistry.DOCKER,
        "{\"schemaVersion\":2,\"layers\":[],\"config\":{\"mediaType\":\"application/vnd.cncf.helm.config.v1+json\"}}");
    assertThat(lasting())
        .hasMessageContaining("no image of containers")
        .hasMessageContaining("helm");
    registry.putManifest(TOOLS, "1", FakeRegistry.DOCKER, "{\"schemaVersion\":2}");
    assertThat(lasting()).hasMessageContaining("neither layers nor manifests");
    registry.putManifest(TOOLS, "1", FakeRegistry.DOCKER, "no JSON");
    assertThat(lasting()).hasMessageContaining("manifest cannot be read");
  }

  @Test
  void anIndexWithoutThisPlatformNamesTheOthers() {
    registry.putIndex(TOOLS, "1", Map.of(digest, "linux/s390x"));
    assertThat(lasting())
        .hasMessageContaining("no matching manifest")
        .hasMessageContaining("linux/s390x")
        .hasMessageContaining("The image exists, but not for the platform");
  }

  @Test
  void anImageOfAnotherPlatformIsRefusedBeforeItsLayersCome() throws Exception {
    registry.push(TOOLS, "1", image.platform("linux", "s390x"));
    assertThat(lasting()).hasMessageContaining("linux/s390x").hasMessageContaining("platform");
    assertThat(ranges()).isEmpty();
  }

  @Test
  void indexesThatLeadToEachOtherEnd() {
    String deep = registry.putIndex(TOOLS, "0", Map.of(digest, "/"));
    for (int i = 0; i < 5; i++) {
      deep = registry.putIndex(TOOLS, "1", Map.of(deep, "/"));
    }
    assertThat(lasting()).hasMessageContaining("nested too deeply");
  }

  @Test
  void whatIsTooLargeIsRefused() {
    registry.putManifest(TOOLS, "1", FakeRegistry.DOCKER, " ".repeat((4 << 20) + 1));
    assertThat(lasting()).hasMessageContaining("its manifest has more than 4194304 bytes");

    String blob = "{\"digest\":\"%s\",\"size\":%d}";
    String form = "{\"schemaVersion\":2,\"config\":%s,\"layers\":[%s]}";
    String config = registry.push(TOOLS, image.config().getBytes(UTF_8), "image.config");
    String many = (blob.formatted(digest, 1) + ",").repeat(600) + blob.formatted(digest, 1);
    registry.putManifest(TOOLS, "1", FakeRegistry.DOCKER, form.formatted(config, many));
    assertThat(lasting()).hasMessageContaining("more than 500 layers");
    registry.putManifest(
        TOOLS, "1", FakeRegistry.DOCKER, form.formatted(blob.formatted(digest, 5 << 20), config));
    assertThat(lasting()).hasMessageContaining("its configuration has more than 4194304 bytes");
    registry.putManifest(
        TOOLS, "1", FakeRegistry.DOCKER, form.formatted(config, blob.formatted(digest, -1)));
    assertThat(lasting()).hasMessageContaining("no SHA-256 digest and length");
    assertThat(registry.asked("blobs")).isEmpty();
  }

  @Test
  void layersThatDoNotFitOnTheDiskAreRefusedBeforeTheyCome() {
    String config = registry.push(TOOLS, image.config().getBytes(UTF_8), "image.config");
    String huge = "{\"digest\":\"%s\",\"size\":%d}".formatted(digest, 1L << 50);
    registry.putManifest(
        TOOLS,
        "1",
        FakeRegistry.DOCKER,
        "{\"schemaVersion\":2,\"config\":%s,\"layers\":[%s]}".formatted(config, huge));
    assertThat(failure())
        .hasMessageContaining("its layers need 1125899906842624 bytes")
        .hasMessageContaining("set spark.lofn.embedded.dir to a directory on a larger disk");
    assertThat(ranges()).isEmpty();
    assertThat(directory.resolve("images/pulls/layout")).doesNotExist();
  }

  /** In a mount namespace with a small disk; also in a user namespace where the test is no root. */
  @Test
  void aDiskThatBecomesFullIsNamedAndNothingIsLeftOnIt() throws Exception {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    Path images = disk.resolve("images");
    String script =
        "mount -t tmpfs -o size=64m,nr_inodes=10 none %s; shift 0; \"$@\"; find %s | wc -l"
            .formatted(disk, images);
    List<String> command =
        new ArrayList<>(
            List.of("unshare", "--map-root-user", "--mount", "sh", "-ec", script, "sh"));
    command.addAll(StoreProgram.pull(images, name));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output)
        .contains(name)
        .contains("set spark.lofn.embedded.dir to a directory on a larger disk");
  }
}
