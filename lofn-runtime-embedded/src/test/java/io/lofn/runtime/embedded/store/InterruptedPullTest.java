package io.lofn.runtime.embedded.store;

import static io.lofn.runtime.embedded.store.TestImage.put;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.commons.compress.archivers.tar.TarConstants.LF_NORMAL;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import io.lofn.api.EngineException;
import io.lofn.spi.ImageRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A task that is cancelled while a registry, its token service or a mirror does not answer. */
@Timeout(100)
class InterruptedPullTest {

  /** A request itself waits a minute for an answer. */
  private static final Duration SOON = Duration.ofSeconds(20);

  private static final String TOOLS = "tools/sort";

  @TempDir private Path directory;
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch over = new CountDownLatch(1);
  private FakeRegistry registry;
  private TestImage image;
  private String firstLayer;
  private String lastLayer;

  @BeforeEach
  void makeARegistry() throws Exception {
    registry = new FakeRegistry();
    image =
        TestImage.named("any")
            .layer(tar -> put(tar, LF_NORMAL, "first", "1"))
            .layer(tar -> put(tar, LF_NORMAL, "second", "2"));
    registry.push(TOOLS, "1", image);
    firstLayer = TestImage.sha256(FakeRegistry.gzip(image.layers().get(0)));
    lastLayer = TestImage.sha256(FakeRegistry.gzip(image.layers().get(1)));
  }

  @AfterEach
  void closeTheRegistry() {
    over.countDown();
    registry.close();
  }

  private ImageStore store(Map<String, String> settings) {
    return TestImage.store(directory.resolve("images"), settings);
  }

  private ImageRequest request() {
    return ImageRequest.of(registry.host() + "/" + TOOLS + ":1");
  }

  private boolean hasCome(String layer) {
    Path file = directory.resolve("images/pulls/layout/blobs/sha256").resolve(TestImage.hex(layer));
    while (!Files.exists(file)) {
      Thread.onSpinWait();
    }
    return true;
  }

  private boolean never(HttpExchange exchange) throws IOException {
    asked.countDown();
    try {
      over.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    return true;
  }

  /** Half an answer, and then nothing. */
  private boolean half(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    byte[] blob = registry.blob(TOOLS, path.substring(path.lastIndexOf('/') + 1));
    FakeRegistry.breakOff(exchange, blob == null ? 1000 : blob.length, "half".getBytes(UTF_8));
    return never(exchange);
  }

  private void assertEndsSoon(Runnable wait) throws Exception {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    AtomicReference<Boolean> flag = new AtomicReference<>(false);
    Thread task =
        new Thread(
            () -> {
              try {
                wait.run();
              } catch (RuntimeException e) {
                failure.set(e);
              }
              flag.set(Thread.currentThread().isInterrupted());
            });
    task.start();
    asked.await();
    long begin = System.nanoTime();

    task.interrupt();
    task.join();

    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SOON);
    assertThat(failure.get())
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("tools/sort")
        .hasMessageContaining("interrupted");
    assertThat(((EngineException) failure.get()).isTransient()).isFalse();
    assertThat(flag.get()).as("the flag is kept").isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/manifests/", "/blobs/"})
  void aRegistryThatDoesNotAnswerHoldsUpNoTaskThatIsCancelled(String what) throws Exception {
    registry.first(
        exchange -> exchange.getRequestURI().getPath().contains(what) && never(exchange));
    ImageStore store = store(Map.of("insecureRegistries", "127.0.0.1"));

    assertEndsSoon(() -> store.prepare(request()));

    registry.first(exchange -> false);
    assertThat(store.prepare(request()).id()).isEqualTo(image.id());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/manifests/", "/blobs/"})
  void anAnswerThatDoesNotEndHoldsUpNoTaskThatIsCancelled(String what) throws Exception {
    registry.first(exchange -> exchange.getRequestURI().getPath().contains(what) && half(exchange));
    ImageStore store = store(Map.of("insecureRegistries", "127.0.0.1"));

    assertEndsSoon(() -> store.prepare(request()));
  }

  @Test
  void theDriverThatAsksForADigestEndsSoon() throws Exception {
    registry.first(this::never);
    ImageStore store = store(Map.of("insecureRegistries", "127.0.0.1"));

    assertEndsSoon(() -> assertThat(store.digest(request())).isEmpty());
  }

  @Test
  void aTokenServiceThatDoesNotAnswerHoldsUpNoTaskThatIsCancelled() throws Exception {
    registry.first(
        exchange -> {
          if (exchange.getRequestURI().getPath().startsWith("/token")) {
            return never(exchange);
          }
          exchange
              .getResponseHeaders()
              .add(
                  "WWW-Authenticate",
                  "Bearer realm=\"http://%s/token\"".formatted(registry.host()));
          return FakeRegistry.reply(exchange, 401, "text/plain", "no token");
        });
    ImageStore store = store(Map.of("insecureRegistries", "127.0.0.1"));

    assertEndsSoon(() -> store.prepare(request()));
  }

  @Test
  void aTaskThatIsCancelledAsksNoFurtherMirrorAndNotTheRegistry() throws Exception {
    try (FakeRegistry mirror = new FakeRegistry()) {
      mirror.first(this::never);
      ImageStore store =
          store(
              Map.of(
                  "insecureRegistries",
                  "127.0.0.1",
                  "mirrors",
                  registry.host() + "=" + mirror.host()));

      assertEndsSoon(() -> store.prepare(request()));

      assertThat(mirror.asked()).hasSize(1);
      assertThat(registry.asked()).isEmpty();
      over.countDown();
    }
  }

  @Test
  void thePullAfterACancelledOneUsesTheLayersThatHaveCome() throws Exception {
    registry.first(
        exchange ->
            exchange.getRequestURI().getPath().endsWith(lastLayer)
                && hasCome(firstLayer)
                && never(exchange));
    ImageStore store = store(Map.of("insecureRegistries", "127.0.0.1"));
    assertEndsSoon(() -> store.prepare(request()));
    int before = registry.asked("blobs").size();
    registry.first(exchange -> false);

    assertThat(store.prepare(request()).id()).isEqualTo(image.id());

    assertThat(registry.asked("blobs").subList(before, registry.asked("blobs").size()))
        .extracting(FakeRegistry.Asked::path)
        .allMatch(path -> path.endsWith(lastLayer));
  }
}
