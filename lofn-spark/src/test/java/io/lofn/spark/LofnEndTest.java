package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.Tool;
import io.lofn.core.run.RunEngine;
import io.lofn.core.task.RunWatchdog;
import io.lofn.spark.executor.ExecutorInjector;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ContainerSummary;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeConfig;
import io.lofn.testkit.LocalProcessRuntimeProvider;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is left after lofn shuts down here, and after a configuration is not used any more. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LofnEndTest {

  private static final Tool<String, String> CAT = Tool.pipe("any").command("cat");

  private static final List<Scripted> RUNTIMES = new CopyOnWriteArrayList<>();
  private static volatile boolean closeFails;
  private static volatile CountDownLatch starting = new CountDownLatch(0);
  private static volatile CountDownLatch mayStart = new CountDownLatch(0);

  @TempDir Path directory;

  private ClassLoader before;
  private SparkSession spark;
  private JavaSparkContext context;

  @BeforeEach
  void start() throws Exception {
    RUNTIMES.clear();
    closeFails = false;
    starting = new CountDownLatch(0);
    mayStart = new CountDownLatch(0);
    Path services = Files.createDirectories(directory.resolve("META-INF/services"));
    Files.writeString(
        services.resolve(ContainerRuntimeProvider.class.getName()),
        ScriptedProvider.class.getName());
    before = Thread.currentThread().getContextClassLoader();
    Thread.currentThread()
        .setContextClassLoader(new URLClassLoader(new URL[] {directory.toUri().toURL()}, before));
    spark = LocalSpark.start(Map.of("spark.lofn.runtime", "scripted"));
    context = new JavaSparkContext(spark.sparkContext());
  }

  @AfterEach
  void stop() {
    mayStart.countDown();
    spark.stop();
    Thread.currentThread().setContextClassLoader(before);
  }

  @Test
  void everythingIsClosedThoughOneThrowsWhatAShutdownWould() throws Exception {
    closeFails = true;
    for (String grace : List.of("1s", "2s", "3s")) {
      assertThat(lofn(grace).map(context.parallelize(List.of("a"), 1), CAT).collect())
          .containsExactly("a");
    }
    List<ExecutorService> pools = List.of(pool("1s"), pool("2s"), pool("3s"));

    spark.stop();

    waitUntil(() -> pools.stream().allMatch(ExecutorService::isShutdown));
    assertThat(RUNTIMES).hasSizeGreaterThanOrEqualTo(3).allMatch(runtime -> runtime.closed);
  }

  private ExecutorService pool(String grace) {
    try (ExecutorInjector.Lease lease = ExecutorInjector.ofExecutor(conf(grace))) {
      return lease.get(ExecutorService.class);
    }
  }

  @Test
  void aRunThatBeginsAfterTheEndFailsAndLeavesNothing() {
    assertThat(lofn("1s").map(context.parallelize(List.of("a"), 1), CAT).collect()).hasSize(1);
    try (ExecutorInjector.Lease lease = ExecutorInjector.ofExecutor(conf("1s"))) {
      lease.get(RunWatchdog.class).closeRuns();
    }

    assertThatThrownBy(() -> lofn("1s").map(context.parallelize(List.of("a"), 1), CAT).collect())
        .hasStackTraceContaining("lofn shut down on this executor before the start of map of any");

    assertThat(containers()).isEmpty();
  }

  @Test
  void aContainerThatStartsWhileLofnEndsIsRemoved() throws Exception {
    starting = new CountDownLatch(1);
    mayStart = new CountDownLatch(1);
    CompletableFuture<List<String>> job =
        CompletableFuture.supplyAsync(
            () -> lofn("1s").map(context.parallelize(List.of("a"), 1), CAT).collect());
    assertThat(starting.await(30, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<Void> end;
    try (ExecutorInjector.Lease lease = ExecutorInjector.ofExecutor(conf("1s"))) {
      RunEngine engine = lease.get(RunEngine.class);
      end = CompletableFuture.runAsync(engine::close);
      waitUntil(engine::isIdle);
    }
    mayStart.countDown();

    end.get(30, TimeUnit.SECONDS);

    assertThat(RUNTIMES.get(RUNTIMES.size() - 1).started).isNotEmpty();
    assertThat(containers()).as("when the runtime was closed").isEmpty();
    assertThatThrownBy(job::get).isInstanceOf(ExecutionException.class);
  }

  @Test
  void whatNoRunUsesAnyMoreIsClosedAndWhatOneUsesIsNot() throws Exception {
    int sessions = ExecutorInjector.MOST_UNUSED + 4;
    ExecutorService first = pool("1s");
    ExecutorService busy = pool("2s");
    RunWatchdog watchdog;
    try (ExecutorInjector.Lease lease = ExecutorInjector.ofExecutor(conf("2s"))) {
      watchdog = lease.get(RunWatchdog.class);
    }
    RunWatchdog.Watched run =
        new RunWatchdog.Watched() {
          @Override
          public void check(Instant now) {}

          @Override
          public void close() {}
        };
    watchdog.add(run);
    try (ExecutorInjector.Lease leased = ExecutorInjector.ofExecutor(conf("3s"))) {
      for (int i = 10; i < 10 + sessions; i++) {
        assertThat(pool(i + "s").isShutdown()).isFalse();
      }

      waitUntil(first::isShutdown);
      assertThat(busy.isShutdown()).isFalse();
      assertThat(leased.get(ExecutorService.class).isShutdown()).isFalse();
      assertThat(pool((9 + sessions) + "s").isShutdown()).as("the last one").isFalse();
    } finally {
      watchdog.remove(run);
    }
    assertThat(pool("1s")).isNotSameAs(first);
  }

  private Lofn lofn(String grace) {
    SparkSession session = spark.newSession();
    session.conf().set("spark.lofn.run.stopGrace", grace);
    return Lofn.on(session);
  }

  private Map<String, String> conf(String grace) {
    return lofn(grace).conf().entries();
  }

  private static List<ContainerSummary> containers() {
    return RUNTIMES.stream().flatMap(runtime -> runtime.list(Map.of()).stream()).toList();
  }

  private static void waitUntil(BooleanSupplier condition) throws InterruptedException {
    Instant end = Instant.now().plusSeconds(30);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).isBefore(end);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** A runtime of plain processes that the test controls. */
  public static final class ScriptedProvider implements ContainerRuntimeProvider {

    private final ContainerRuntimeProvider processes = new LocalProcessRuntimeProvider();

    @Override
    public String name() {
      return "scripted";
    }

    @Override
    public int priority() {
      return NAMED_ONLY;
    }

    @Override
    public Optional<String> unavailableReason(RuntimeConfig config) {
      return processes.unavailableReason(config);
    }

    @Override
    public ContainerRuntime create(RuntimeConfig config) {
      Scripted made = new Scripted(processes.create(config));
      RUNTIMES.add(made);
      return made;
    }
  }

  private static final class Scripted implements ContainerRuntime {

    private final ContainerRuntime processes;
    final List<String> started = new CopyOnWriteArrayList<>();
    volatile boolean closed;

    Scripted(ContainerRuntime processes) {
      this.processes = processes;
    }

    @Override
    public String engine() {
      return processes.engine();
    }

    @Override
    public java.util.Set<io.lofn.spi.RuntimeFeature> unsupportedFeatures() {
      return processes.unsupportedFeatures();
    }

    @Override
    public PreparedImage prepare(ImageRequest request) {
      return processes.prepare(request);
    }

    @Override
    public RunningContainer start(ContainerSpec spec) {
      RunningContainer container = processes.start(spec);
      started.add(container.id());
      starting.countDown();
      try {
        mayStart.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return container;
    }

    @Override
    public List<ContainerSummary> list(Map<String, String> labels) {
      return processes.list(labels);
    }

    @Override
    public void remove(String id) {
      processes.remove(id);
    }

    @Override
    public void close() {
      closed = true;
      processes.close();
      if (closeFails) {
        throw new IllegalStateException("Shutdown in progress");
      }
    }
  }
}
