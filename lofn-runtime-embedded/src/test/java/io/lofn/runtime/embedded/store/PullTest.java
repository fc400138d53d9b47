package io.lofn.runtime.embedded.store;

import static io.lofn.runtime.embedded.store.TestImage.put;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_NORMAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.image.Platform;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Images that come from a registry into the store: which, when, and how often it is asked. */
@Timeout(60)
class PullTest {

  private static final String TOOLS = "tools/sort";

  @TempDir private Path directory;
  private FakeRegistry registry;
  private ImageStore store;
  private String name;

  @BeforeEach
  void makeARegistry() throws Exception {
    registry = new FakeRegistry();
    store = store(Map.of());
    name = registry.host() + "/" + TOOLS + ":1";
  }

  @AfterEach
  void closeTheRegistry() {
    registry.close();
  }

  private ImageStore store(Map<String, String> settings) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.putIfAbsent("insecureRegistries", "127.0.0.1");
    return TestImage.store(directory.resolve("images"), all);
  }

  private static TestImage image(String content) throws Exception {
    return TestImage.named("any")
        .layer(tar -> put(tar, LF_NORMAL, "file", content))
        .layer(tar -> put(tar, LF_NORMAL, "second", "2"));
  }

  private Path root(PreparedImage image) {
    return store.open(image.id()).root();
  }

  private PreparedImage prepare(PullPolicy policy) {
    return store.prepare(ImageRequest.of(name).policy(policy));
  }

  @Test
  void anImageIsPulledOnceAndFoundByTagAndDigest() throws Exception {
    TestImage image = image("x");
    String digest = registry.push(TOOLS, "1", image);

    PreparedImage prepared = prepare(PullPolicy.MISSING);
    int requests = registry.asked().size();

    assertThat(prepared.id()).isEqualTo(image.id());
    assertThat(prepared.reference()).isEqualTo(name);
    assertThat(prepared.config().command()).containsExactly("/c");
    assertThat(root(prepared).resolve("file")).hasContent("x");
    assertThat(root(prepared).resolve("second")).hasContent("2");
    assertThat(requests).as("manifest, configuration and layers").isEqualTo(4);
    assertThat(directory.resolve("images/pulls/layout")).doesNotExist();
    assertThat(directory.resolve("images/begun")).doesNotExist();

    assertThat(prepare(PullPolicy.MISSING)).isEqualTo(prepared);
    assertThat(prepare(PullPolicy.NEVER)).isEqualTo(prepared);
    String pinned = registry.host() + "/" + TOOLS + "@" + digest;
    for (PullPolicy policy : PullPolicy.values()) {
      assertThat(store.prepare(ImageRequest.of(pinned).policy(policy)).id()).isEqualTo(image.id());
    }
    assertThat(registry.asked()).hasSize(requests);
  }

  @Test
  void anImageIsPulledByItsDigest() throws Exception {
    TestImage image = image("x");
    String digest = registry.push(TOOLS, "1", image);
    registry.push(TOOLS, "1", image("newer"));

    String pinned = registry.host() + "/" + TOOLS + "@" + digest;

    assertThat(store.prepare(ImageRequest.of(pinned)).id()).isEqualTo(image.id());
  }

  @Test
  void whatMustNotBePulledIsNot() throws Exception {
    registry.push(TOOLS, "1", image("x"));

    assertThatThrownBy(() -> prepare(PullPolicy.NEVER))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining(name)
        .hasMessageContaining("spark.lofn.image.pullPolicy");
    assertThatThrownBy(() -> store.prepare(ImageRequest.of("sha256:" + "0".repeat(64))))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("an id cannot be pulled");
    assertThat(registry.asked()).isEmpty();
  }

  @Test
  void aTagThatMovesIsPulledAgainOnlyIfThatIsAskedFor() throws Exception {
    TestImage old = image("old");
    TestImage newer = image("newer");
    registry.push(TOOLS, "1", old);
    prepare(PullPolicy.ALWAYS);
    int requests = registry.asked().size();

    assertThat(prepare(PullPolicy.ALWAYS).id()).isEqualTo(old.id());
    assertThat(registry.asked().subList(requests, registry.asked().size()))
        .extracting(FakeRegistry.Asked::method)
        .as("one request tells that the tag has not moved")
        .containsExactly("HEAD");

    String digest = registry.push(TOOLS, "1", newer);
    assertThat(prepare(PullPolicy.MISSING).id()).isEqualTo(old.id());
    PreparedImage now = prepare(PullPolicy.ALWAYS);
    assertThat(now.id()).isEqualTo(newer.id());
    assertThat(root(now).resolve("file")).hasContent("newer");
    assertThat(prepare(PullPolicy.MISSING).id()).isEqualTo(newer.id());
    assertThat(store.digest(ImageRequest.of(name))).contains(digest);
  }

  @Test
  void aDigestIsToldByTheStoreAndThenByTheRegistry() throws Exception {
    String digest = registry.push(TOOLS, "1", image("x"));
    ImageRequest request = ImageRequest.of(name);

    assertThat(store.digest(request.policy(PullPolicy.NEVER))).isEmpty();
    assertThat(registry.asked()).isEmpty();
    assertThat(store.digest(request)).contains(digest);
    assertThat(registry.asked()).extracting(FakeRegistry.Asked::method).containsExactly("HEAD");
    store.prepare(request);
    int requests = registry.asked().size();
    assertThat(store.digest(request)).contains(digest);
    assertThat(store.digest(request.policy(PullPolicy.NEVER))).contains(digest);
    assertThat(registry.asked()).hasSize(requests);
    assertThat(store.digest(request.policy(PullPolicy.ALWAYS))).contains(digest);
    assertThat(registry.asked()).hasSize(requests + 1);
    assertThatThrownBy(() -> store.digest(ImageRequest.of(registry.host() + "/no/such:1")))
        .isInstanceOf(ImageUnavailableException.class)
        .hasMessageContaining("manifest unknown");
  }

  @Test
  void ofAnIndexTheManifestForThisNodeIsPulledAndNoOther() throws Exception {
    Platform own = Platform.own();
    TestImage right = image("right").platform(own.os(), own.architecture());
    String foreign = registry.push(TOOLS, "foreign", image("wrong").platform("linux", "s390x"));
    String other = registry.push(TOOLS, "other", image("wrong").platform("windows", "amd64"));
    String unknown = registry.push(TOOLS, "unknown", image("statement"));
    String mine = registry.push(TOOLS, "mine", right);
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put(unknown, "unknown/unknown");
    entries.put(foreign, "linux/s390x");
    entries.put(other, "windows/amd64");
    entries.put(mine, own.toString());
    String index = registry.putIndex(TOOLS, "1", entries);

    PreparedImage prepared = prepare(PullPolicy.MISSING);

    assertThat(prepared.id()).isEqualTo(right.id());
    assertThat(registry.asked("manifests"))
        .extracting(FakeRegistry.Asked::path)
        .containsExactly("/v2/tools/sort/manifests/1", "/v2/tools/sort/manifests/" + mine);
    for (String digest : List.of(index, mine)) {
      String pinned = registry.host() + "/" + TOOLS + "@" + digest;
      assertThat(store.prepare(ImageRequest.of(pinned).policy(PullPolicy.NEVER)).id())
          .isEqualTo(right.id());
    }
    assertThat(store.digest(ImageRequest.of(name))).contains(index);
  }

  @Test
  void anImageThatIsHereUnderAnotherNameCostsNoLayers() throws Exception {
    TestImage image = image("x");
    registry.push(TOOLS, "1", image);
    registry.push("other", "2", image);
    prepare(PullPolicy.MISSING);
    int blobs = registry.asked("blobs").size();

    PreparedImage other = store.prepare(ImageRequest.of(registry.host() + "/other:2"));

    assertThat(other.id()).isEqualTo(image.id());
    assertThat(registry.asked("blobs")).as("the configuration").hasSize(blobs + 1);
  }

  @Test
  void layersMayBeCompressedByZstdOrNotAtAll() throws Exception {
    TestImage image = image("x");
    List<String> layers =
        List.of(
            registry.push(TOOLS, Zstd.compress(image.layers().get(0)), "tar+zstd"),
            registry.push(TOOLS, image.layers().get(1), "tar"));
    registry.push(TOOLS, "1", image, layers);

    Path root = root(prepare(PullPolicy.MISSING));

    assertThat(root.resolve("file")).hasContent("x");
    assertThat(root.resolve("second")).hasContent("2");
  }

  @Test
  void sixteenTasksAtOncePullOnce() throws Exception {
    TestImage image = image("x");
    registry.push(TOOLS, "1", image);
    ExecutorService tasks = Executors.newFixedThreadPool(16);
    try {
      List<Future<String>> ids = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        ids.add(tasks.submit(() -> store(Map.of()).prepare(ImageRequest.of(name)).id()));
      }
      for (Future<String> each : ids) {
        assertThat(each.get()).isEqualTo(image.id());
      }
    } finally {
      tasks.shutdownNow();
    }
    assertThat(registry.asked("manifests")).hasSize(1);
    assertThat(registry.asked("blobs")).hasSize(3);
  }

  @Test
  void mirrorsAreAskedInTheirOrderBeforeTheRegistry() throws Exception {
    TestImage image = image("x");
    try (FakeRegistry broken = new FakeRegistry();
        FakeRegistry mirror = new FakeRegistry()) {
      mirror.push("proxy/hub/library/sort", "1", image);
      broken.first(exchange -> FakeRegistry.reply(exchange, 503, "text/plain", "down"));
      store =
          store(
              Map.of(
                  "mirrors",
                  "%s, docker.io=%s/proxy/hub, quay.io=127.0.0.1:1"
                      .formatted(broken.host(), mirror.host())));

      assertThat(store.prepare(ImageRequest.of("sort:1")).id()).isEqualTo(image.id());
      assertThat(store.prepare(ImageRequest.of("docker.io/library/sort:1")).id())
          .isEqualTo(image.id());
      assertThat(broken.asked())
          .extracting(FakeRegistry.Asked::path)
          .containsExactly("/v2/library/sort/manifests/1");
      assertThat(mirror.asked("manifests")).hasSize(1);
    }
  }

  @Test
  void aRegistryHasItsSayWhereItsMirrorsDoNotHaveTheImage() throws Exception {
    TestImage image = image("x");
    registry.push(TOOLS, "1", image);
    try (FakeRegistry mirror = new FakeRegistry()) {
      store = store(Map.of("mirrors", registry.host() + "=" + mirror.host()));

      assertThat(prepare(PullPolicy.MISSING).id()).isEqualTo(image.id());
      assertThat(mirror.asked()).hasSize(1);
      assertThatThrownBy(() -> store.prepare(ImageRequest.of(registry.host() + "/no/such:1")))
          .isInstanceOf(ImageUnavailableException.class)
          .hasMessageContaining("cannot be had from " + registry.host());
    }
  }

  @Test
  void wrongSettingsAreNamed() {
    assertThatThrownBy(() -> store(Map.of("mirrors", "http://mirror.example.org")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("spark.lofn.embedded.mirrors has 'http://mirror.example.org'");
    assertThatThrownBy(() -> store(Map.of("insecureRegistries", "a b")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("spark.lofn.embedded.insecureRegistries has 'a b'");
  }

  @Test
  void anImageThatLosesItsTagIsFoundByItsDigest() throws Exception {
    TestImage old = image("old");
    String digest = registry.push(TOOLS, "1", old);
    prepare(PullPolicy.MISSING);
    registry.push(TOOLS, "1", image("newer"));

    PreparedImage now = prepare(PullPolicy.ALWAYS);

    String pinned = registry.host() + "/" + TOOLS + "@" + digest;
    assertThat(store.prepare(ImageRequest.of(pinned).policy(PullPolicy.NEVER)).id())
        .isEqualTo(old.id());
    assertThat(root(now).resolve("file")).hasContent("newer");
  }
}
