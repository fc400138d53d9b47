package io.lofn.runtime.podman;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A service that freezes or dies while containers run. */
@Timeout(value = 120, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UnreliableServiceIT {

  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration LONG = Duration.ofMinutes(1);

  private final Map<String, String> label =
      Map.of("io.lofn.runtime.podman.test", UUID.randomUUID().toString());
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @TempDir private Path directory;

  private ContainerRuntime direct;
  private PrivateService service;
  private ContainerRuntime runtime;
  private String image;

  @BeforeEach
  void connect() throws Exception {
    direct = new PodmanRuntimeProvider().create(RuntimeConfig.of(Map.of()));
    image = direct.prepare(ImageRequest.of("busybox:1")).id();
    service = new PrivateService(directory);
    runtime =
        new PodmanRuntimeProvider()
            .create(RuntimeConfig.of(Map.of("socket", service.socket())).callTimeout(CALL_TIMEOUT));
  }

  @AfterEach
  void leavesNothing() throws Exception {
    threads.shutdownNow();
    runtime.close();
    service.close();
    eventuallyGone();
    direct.close();
  }

  private void eventuallyGone() throws InterruptedException {
    long deadline = System.nanoTime() + LONG.toNanos();
    while (!direct.list(label).isEmpty()) {
      assertThat(System.nanoTime()).as("containers left behind").isLessThan(deadline);
      Thread.sleep(100);
    }
  }

  private ContainerSpec.Builder shell(String script) {
    ContainerSettings.Builder settings = ContainerSettings.defaults().toBuilder();
    label.forEach(settings::label);
    return ContainerSpec.builder("lofn-test-" + UUID.randomUUID(), image)
        .settings(settings.build())
        .command(List.of("sh", "-c", script));
  }

  private static void isTransient(EngineException failure) {
    assertThat(failure.isTransient()).as(failure.toString()).isTrue();
  }

  @Test
  void endsEverybodyWhoWaitsForAServiceThatDied() throws Exception {
    RunningContainer container = runtime.start(shell("sleep 600").stdin().build());
    Future<?> reader = threads.submit(() -> container.stdout().read());
    Future<?> errorReader = threads.submit(() -> container.stderr().read());
    Future<?> writer = threads.submit(() -> writeForEver(container));
    long start = System.nanoTime();
    service.die();

    assertThatThrownBy(() -> container.await(LONG))
        .isInstanceOfSatisfying(EngineException.class, UnreliableServiceIT::isTransient)
        .hasMessageContaining(service.socket());
    for (Future<?> each : List.of(reader, errorReader, writer)) {
      assertEnds(each);
    }
    assertThatThrownBy(container::close).isInstanceOf(EngineException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isLessThan(CALL_TIMEOUT.multipliedBy(3));
    direct.remove(container.id());
  }

  @Test
  void failsForNowWhileTheServiceIsGoneAndWorksWhenItIsBack() throws Exception {
    service.die();
    assertThatThrownBy(() -> runtime.start(shell("true").build()))
        .isInstanceOfSatisfying(EngineException.class, UnreliableServiceIT::isTransient)
        .hasMessageContaining("refused");

    service.start();
    try (RunningContainer container = runtime.start(shell("echo ok").build())) {
      assertThat(new String(container.stdout().readAllBytes(), UTF_8)).isEqualTo("ok\n");
      assertThat(container.await(LONG)).contains(new ContainerExit(0, false));
    }
  }

  @Test
  void failsToStartWithinTheDeadlineAndUndoesItLater() throws Exception {
    ContainerSpec spec = shell("sleep 600").build();
    runtime.unsupportedFeatures(); // the calls that it makes once
    service.freeze();
    try {
      long start = System.nanoTime();
      assertThatThrownBy(() -> runtime.start(spec))
          .isInstanceOfSatisfying(EngineException.class, UnreliableServiceIT::isTransient)
          .hasMessageContaining("no answer within 3 s")
          .hasMessageContaining(spec.name());
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isLessThan(CALL_TIMEOUT.multipliedBy(3));
      // Longer than the call timeout, so that the removal has to wait, too.
      assertThatThrownBy(() -> runtime.list(label)).hasMessageContaining("no answer");
    } finally {
      service.thaw();
    }
    awaitRemoval(spec.name());
  }

  /** A listing alone cannot distinguish a removed container from one that is not created yet. */
  private static void awaitRemoval(String name) throws Exception {
    long deadline = System.nanoTime() + LONG.toNanos();
    while (events("remove", name).isEmpty()) {
      assertThat(System.nanoTime()).as("waiting for the removal of " + name).isLessThan(deadline);
      Thread.sleep(100);
    }
  }

  private static String events(String kind, String container) throws IOException {
    ProcessBuilder events =
        new ProcessBuilder("podman", "events", "--since", "10m", "--stream=false");
    events.command().addAll(List.of("--filter", "event=" + kind));
    events.command().addAll(List.of("--filter", "container=" + container));
    Process process = events.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    return new String(process.getInputStream().readAllBytes(), UTF_8);
  }

  @Test
  void freesEveryThreadWhenClosedWhileFrozen() throws Exception {
    RunningContainer container = runtime.start(shell("sleep 600").stdin().build());
    Future<?> reader = threads.submit(() -> container.stdout().read());
    Future<?> errorReader = threads.submit(() -> container.stderr().read());
    Future<?> writer = threads.submit(() -> writeForEver(container));
    Future<?> waiter = threads.submit(() -> container.await(Duration.ofHours(1)));
    service.freeze();
    try {
      assertThatThrownBy(container::close)
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("no answer");
      for (Future<?> each : List.of(reader, errorReader, writer, waiter)) {
        assertEnds(each);
      }
    } finally {
      service.thaw();
    }
    container.close();
    assertThat(direct.list(label)).isEmpty();
  }

  @Test
  void stopsWithinTheDeadline() throws Exception {
    try (RunningContainer container = runtime.start(shell("exec sleep 600").build())) {
      service.freeze();
      try {
        assertThatThrownBy(() -> container.stop(Duration.ofSeconds(1)))
            .isInstanceOf(EngineException.class)
            .hasMessageContaining("no answer");
        assertThat(container.await(Duration.ofMillis(10))).isEmpty();
      } finally {
        service.thaw();
      }
      assertThat(container.await(LONG)).isPresent();
    }
  }

  /** Podman answers that it was killed, that it does not exist, or 0. */
  @Test
  void takesNoContainerThatSomebodyElseRemovedForASuccess() throws Exception {
    try (RunningContainer container = runtime.start(shell("exec sleep 600").build())) {
      direct.remove(container.id());
      assertThat(outcome(container)).matches("137|.*another process removed it.*");
    }
  }

  private static String outcome(RunningContainer container) throws InterruptedException {
    try {
      return Integer.toString(container.await(LONG).orElseThrow().code());
    } catch (EngineException e) {
      return e.getMessage();
    }
  }

  private static Void writeForEver(RunningContainer container) throws IOException {
    while (true) {
      container.stdin().write(new byte[1 << 20]);
    }
  }

  private static void assertEnds(Future<?> future) throws Exception {
    try {
      future.get(20, SECONDS);
    } catch (ExecutionException failed) {
      assertThat(failed.getCause()).isInstanceOfAny(IOException.class, EngineException.class);
    }
  }
}
