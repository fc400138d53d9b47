package io.lofn.runtime.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.EngineException;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.RunningContainer;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ServerSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests an engine that freezes, loses its connections, or has ended. */
@Timeout(value = 120, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UnreliableEngineIT {

  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration LONG = Duration.ofMinutes(1);

  private final TestEngine engine = new TestEngine();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private ContainerRuntime direct;
  private EngineProxy proxy;
  private ContainerRuntime runtime;

  @BeforeEach
  void connect() throws Exception {
    direct = engine.runtime();
    proxy = new EngineProxy(engine.address(), ServerSocketFactory.getDefault());
    runtime = TestEngine.runtime(Map.of("host", proxy.host()), CALL_TIMEOUT);
  }

  @AfterEach
  void leavesNothing() throws Exception {
    threads.shutdownNow();
    runtime.close();
    proxy.close();
    eventuallyGone();
    direct.close();
  }

  private static void isTransient(EngineException failure) {
    assertThat(failure.isTransient()).as(failure.toString()).isTrue();
  }

  private void eventuallyGone() throws InterruptedException {
    long deadline = System.nanoTime() + LONG.toNanos();
    while (!direct.list(engine.label()).isEmpty()) {
      assertThat(System.nanoTime()).as("containers left behind").isLessThan(deadline);
      Thread.sleep(100);
    }
  }

  @Test
  void failsToStartWithinTheDeadlineAndUndoesItLater() throws Exception {
    ContainerSpec spec = engine.shell(runtime, "sleep 600").build();
    proxy.freeze();
    try {
      long start = System.nanoTime();
      assertThatThrownBy(() -> runtime.start(spec))
          .isInstanceOfSatisfying(EngineException.class, UnreliableEngineIT::isTransient)
          .hasMessageContaining(proxy.host())
          .hasMessageContaining(spec.name());
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isLessThan(CALL_TIMEOUT.multipliedBy(3));
    } finally {
      proxy.thaw();
    }
    // Time for the engine to finish a call on which nothing waits any more.
    SECONDS.sleep(1);
    eventuallyGone();
  }

  @Test
  void freesEveryThreadWhenClosedWhileFrozen() throws Exception {
    RunningContainer container = runtime.start(engine.shell(runtime, "sleep 600").stdin().build());
    Future<?> reader = threads.submit(() -> container.stdout().read());
    Future<?> errorReader = threads.submit(() -> container.stderr().read());
    Future<?> writer = threads.submit(() -> writeForEver(container));
    Future<?> waiter = threads.submit(() -> container.await(Duration.ofHours(1)));
    SECONDS.sleep(1);
    proxy.freeze();
    try {
      assertThatThrownBy(container::close)
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("no answer");
      for (Future<?> each : List.of(reader, errorReader, writer, waiter)) {
        assertEnds(each);
      }
    } finally {
      proxy.thaw();
    }
    container.close();
    assertThat(direct.list(engine.label())).isEmpty();
  }

  private static Void writeForEver(RunningContainer container) throws Exception {
    while (true) {
      container.stdin().write(new byte[1 << 20]);
    }
  }

  private static void assertEnds(Future<?> future) throws Exception {
    try {
      future.get(20, SECONDS);
    } catch (ExecutionException failed) {
      assertThat(failed).hasCauseInstanceOf(Exception.class);
    }
  }

  @Test
  void stopsWithinTheDeadline() throws Exception {
    try (RunningContainer container = runtime.start(engine.shell(runtime, "sleep 600").build())) {
      proxy.freeze();
      try {
        assertThatThrownBy(() -> container.stop(Duration.ofSeconds(1)))
            .isInstanceOf(EngineException.class)
            .hasMessageContaining("no answer");
        assertThat(container.await(Duration.ofMillis(10))).isEmpty();
      } finally {
        proxy.thaw();
      }
      assertThat(container.await(LONG)).isPresent();
    }
  }

  @Test
  void findsTheEndOfAContainerWhoseConnectionsBroke() throws Exception {
    try (RunningContainer container =
        runtime.start(engine.shell(runtime, "sleep 3; exit 7").build())) {
      proxy.breakConnections();
      assertThat(container.await(LONG)).contains(new ContainerExit(7, false));
    }
  }

  @Test
  void failsToReadAndToWriteWhenTheConnectionsBreak() throws Exception {
    String script = "yes | head -c 10; cat > /dev/null; sleep 600";
    try (RunningContainer container =
        runtime.start(engine.shell(runtime, script).stdin().build())) {
      InputStream stdout = container.stdout();
      assertThat(stdout.readNBytes(10)).hasSize(10);
      Future<?> writer = threads.submit(() -> writeForEver(container));
      SECONDS.sleep(1);
      proxy.breakConnections();
      assertThatThrownBy(() -> writer.get(20, SECONDS)).hasRootCauseInstanceOf(IOException.class);
    }
  }

  @Test
  void worksAgainAfterAllConnectionsBroke() throws Exception {
    // Enough concurrent calls to leave many idle connections behind.
    List<Callable<Object>> calls = Collections.nCopies(20, () -> runtime.list(engine.label()));
    for (Future<Object> call : threads.invokeAll(calls)) {
      call.get();
    }
    proxy.breakConnections();
    int failures = 0;
    while (true) {
      try (RunningContainer container = runtime.start(engine.shell(direct, "echo ok").build())) {
        assertThat(new String(container.stdout().readAllBytes(), UTF_8)).isEqualTo("ok\n");
        break;
      } catch (EngineException e) {
        assertThat(e.isTransient()).as(e.toString()).isTrue();
        assertThat(++failures).as("failures before it works again").isLessThanOrEqualTo(1);
      }
    }
  }

  @Test
  void failsForNowWhenTheEngineIsGone() throws Exception {
    RunningContainer container = runtime.start(engine.shell(runtime, "sleep 600").build());
    proxy.close();
    assertThatThrownBy(() -> container.await(LONG))
        .isInstanceOfSatisfying(EngineException.class, UnreliableEngineIT::isTransient);
    assertThatThrownBy(() -> runtime.start(engine.shell(direct, "true").build()))
        .isInstanceOfSatisfying(EngineException.class, UnreliableEngineIT::isTransient)
        .hasMessageContaining("refused");
    assertThatThrownBy(container::close).isInstanceOf(EngineException.class);
    direct.remove(container.id());
  }

  @Test
  void saysThatSomebodyElseRemovedTheContainer() throws Exception {
    try (RunningContainer container =
        runtime.start(engine.shell(runtime, "exec sleep 600").build())) {
      proxy.freeze();
      try {
        direct.remove(container.id());
        proxy.breakConnections();
      } finally {
        proxy.thaw();
      }
      assertThatThrownBy(() -> container.await(LONG))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("another process removed it");
    }
  }

  @Test
  void finishesWhatItBeganWhenInterrupted() throws Exception {
    Thread.currentThread().interrupt();
    RunningContainer container = runtime.start(engine.shell(runtime, "sleep 600").build());
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
    container.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(direct.list(engine.label())).isEmpty();
  }

  @Test
  void isClosedWithoutTouchingContainers() throws Exception {
    RunningContainer container = runtime.start(engine.shell(runtime, "sleep 600").build());
    runtime.close();
    runtime.close();
    assertThat(direct.list(engine.label())).hasSize(1);
    assertThatThrownBy(() -> runtime.list(Map.of()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("closed");
    direct.remove(container.id());
  }
}
