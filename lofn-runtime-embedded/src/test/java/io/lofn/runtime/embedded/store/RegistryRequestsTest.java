package io.lofn.runtime.embedded.store;

import static io.lofn.runtime.embedded.store.TestImage.put;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_NORMAL;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import io.lofn.api.PullPolicy;
import io.lofn.image.Platform;
import io.lofn.spi.ImageRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How often many nodes ask a registry and its service of tokens: docs/scaling.md has the sums. */
@Timeout(120)
class RegistryRequestsTest {

  private static final int NODES = 20;
  private static final int LAYERS = 7;

  /** An index, a manifest, a configuration, and the layers. */
  private static final int FILES = 3 + LAYERS;

  /** A request that is refused, and one for a token. */
  private static final int LOGIN = 2;

  @TempDir private Path directory;
  private FakeRegistry registry;
  private String name;

  @BeforeEach
  void makeARegistry() throws Exception {
    registry = new FakeRegistry();
    name = registry.host() + "/tools/sort:1";
    TestImage image = TestImage.named("any");
    for (int i = 0; i < LAYERS; i++) {
      String file = "file" + i;
      image.layer(tar -> put(tar, LF_NORMAL, file, "x"));
    }
    String manifest = registry.push("tools/sort", "one", image);
    registry.putIndex("tools/sort", "1", Map.of(manifest, Platform.own().toString()));
    registry.first(this::wantAToken);
  }

  @AfterEach
  void closeTheRegistry() {
    registry.close();
  }

  private boolean wantAToken(HttpExchange exchange) throws IOException {
    if (exchange.getRequestURI().getPath().equals("/token")) {
      return FakeRegistry.reply(exchange, 200, "application/json", "{\"token\":\"t\"}");
    }
    if ("Bearer t".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
      return false;
    }
    exchange
        .getResponseHeaders()
        .add("WWW-Authenticate", "Bearer realm=\"http://%s/token\"".formatted(registry.host()));
    return FakeRegistry.reply(exchange, 401, "application/json", "{}");
  }

  /** Returns the requests of a job: the driver pins the tag, and each node needs the image. */
  private int requests(String job, PullPolicy policy, Map<String, String> settings) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put("insecureRegistries", "127.0.0.1");
    registry.asked().clear();
    ImageRequest tagged = ImageRequest.of(name).policy(policy);
    ImageStore driver = TestImage.store(directory.resolve("driver" + job), all);
    String digest = driver.digest(tagged).orElseThrow();
    for (int i = 0; i < NODES; i++) {
      ImageStore node = TestImage.store(directory.resolve("node" + i + job), all);
      String id = node.prepare(tagged.policy(PullPolicy.ALWAYS).digest(digest)).id();
      assertThat(node.prepare(ImageRequest.of(registry.host() + "/tools/sort@" + digest)).id())
          .isEqualTo(id);
    }
    return registry.asked().size();
  }

  @Test
  void eachNodeAsksForEachFileOnceAndWithASharedStoreOneNodeDoes() {
    int driver = LOGIN + 1;
    int node = LOGIN + FILES;
    Map<String, String> shared = Map.of("store", directory.resolve("shared").toString());

    assertThat(requests("alone", PullPolicy.MISSING, Map.of())).isEqualTo(driver + NODES * node);
    assertThat(requests("first", PullPolicy.MISSING, shared)).isEqualTo(driver + node);
    assertThat(requests("second", PullPolicy.MISSING, shared)).isZero();
    assertThat(requests("always", PullPolicy.ALWAYS, shared)).isEqualTo(driver);
  }
}
