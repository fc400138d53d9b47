package io.lofn.runtime.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.command.InspectContainerResponse;
import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.api.ResourceLimits;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeConfig;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests that the contract does not cover. */
@Timeout(value = 300, unit = SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DockerContainersIT {

  private static final Duration LONG = Duration.ofMinutes(2);

  private final TestEngine engine = new TestEngine();
  private final ContainerRuntime runtime = engine.runtime();

  @AfterEach
  void leavesNothing() {
    assertThat(runtime.list(engine.label())).isEmpty();
    runtime.close();
  }

  @Test
  void isFoundByItsName() {
    assertThat(new DockerRuntimeProvider().unavailableReason(RuntimeConfig.of(Map.of()))).isEmpty();
    assertThat(runtime.engine())
        .matches("docker \\S+ \\(API 1\\.\\d+\\) at (unix|tcp)://\\S+")
        .endsWith(engine.address().toString());
  }

  /** Each holds three connections: two for its streams, one for its end. */
  @Test
  void runsSixtyFourAtOnce() throws Exception {
    int count = 64;
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<RunningContainer> containers = new ArrayList<>();
    try {
      List<Future<RunningContainer>> starting = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        ContainerSpec spec = engine.shell(runtime, "cat; cat >&2; exit 3").stdin().build();
        starting.add(threads.submit(() -> runtime.start(spec)));
      }
      for (Future<RunningContainer> each : starting) {
        containers.add(each.get());
      }
      assertThat(runtime.list(engine.label())).hasSize(count);
      for (RunningContainer each : containers) {
        try (OutputStream stdin = each.stdin()) {
          stdin.write(each.id().getBytes(UTF_8));
        }
      }
      for (RunningContainer each : containers) {
        assertThat(new String(each.stdout().readAllBytes(), UTF_8)).isEqualTo(each.id());
        assertThat(each.await(LONG)).contains(new ContainerExit(3, false));
      }
    } finally {
      containers.forEach(RunningContainer::close);
      threads.shutdown();
    }
  }

  @Test
  void tellsThatTheMemoryLimitWasHit() throws Exception {
    // Not before the container has started: only then the engine looks for it.
    String script = "read word; x=1; while :; do x=$x$x; done";
    ContainerSpec.Builder spec =
        engine
            .shell(runtime, script)
            .settings(engine.settings().limits(ResourceLimits.none().memory(16L << 20)).build())
            .stdin();
    try (RunningContainer container = runtime.start(spec.build())) {
      container.stdin().write('\n');
      ContainerExit exit = container.await(LONG).orElseThrow();
      assertThat(exit.code()).isNotZero();
      assertThat(exit.outOfMemory()).isTrue();
    }
  }

  @Test
  void limitsProcessorsToThoseOfTheEngine() throws Exception {
    ContainerSpec.Builder spec =
        engine
            .shell(runtime, "exit 0")
            .settings(engine.settings().limits(ResourceLimits.none().cpus(1e6)).build());
    try (RunningContainer container = runtime.start(spec.build())) {
      assertThat(container.await(LONG)).contains(new ContainerExit(0, false));
    }
  }

  @Test
  void removesWhatTheEngineRefusesToStart() {
    // Less than the engine needs: refused at creation.
    refused(engine.settings().limits(ResourceLimits.none().memory(4096)).build(), "memory");
    // Unknown to the image: refused at the start.
    refused(engine.settings().user("lofn-no-such-user").build(), "lofn-no-such-user");
    refused(engine.settings().workingDirectory("/etc/passwd").build(), "/etc/passwd");
  }

  private void refused(ContainerSettings settings, String part) {
    ContainerSpec spec = engine.shell(runtime, "true").settings(settings).build();
    assertThatThrownBy(() -> runtime.start(spec).close())
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(part)
        .hasMessageContaining(engine.address().toString());
    assertThat(runtime.list(engine.label())).isEmpty();
  }

  @Test
  void endsAToolThatReadsItsInputWhenThisProcessIsGone() throws Exception {
    ContainerSpec spec = engine.shell(runtime, "cat; exit 4").stdin().build();
    ContainerRuntime dying = engine.runtime();
    RunningContainer orphan = dying.start(spec);
    dying.close();
    // The same as the end of a process.
    ((DockerContainer) orphan).closeStreams();
    long deadline = System.nanoTime() + LONG.toNanos();
    while (runtime.list(engine.label()).get(0).running()) {
      assertThat(System.nanoTime()).as("it still runs").isLessThan(deadline);
      Thread.sleep(50);
    }
    runtime.remove(orphan.id());
  }

  @Test
  void keepsNoLogAndHasNoNetworkButAnInit() throws Exception {
    Path home = Path.of(System.getProperty("user.home"));
    DockerConfig config = DockerConfig.of(RuntimeConfig.of(Map.of()), System.getenv(), home);
    try (RunningContainer container = runtime.start(engine.shell(runtime, "cat").stdin().build());
        DockerEngine inspector = DockerEngine.connect(config)) {
      InspectContainerResponse found =
          inspector.call("inspect", client -> client.inspectContainerCmd(container.id()).exec());
      assertThat(found.getHostConfig().getLogConfig().getType().getType()).isEqualTo("none");
      assertThat(found.getHostConfig().getNetworkMode()).isEqualTo("none");
      assertThat(found.getHostConfig().getInit()).isTrue();
      assertThat(found.getHostConfig().getBinds()).isNullOrEmpty();
      assertThat(found.getNetworkSettings().getNetworks()).isEmpty();
    }
  }
}
