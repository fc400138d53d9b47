package io.lofn.core.container;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.LofnException;
import io.lofn.core.ProcessEngine;
import io.lofn.core.config.HostPathMapping;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.exchange.ExchangeDirectories;
import io.lofn.core.node.ContainerLabels;
import io.lofn.core.node.NodeEnvironment;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.runtime.NodeRuntime;
import io.lofn.core.runtime.RuntimeProviders;
import io.lofn.core.runtime.RuntimeSelector;
import io.lofn.core.shell.CommandStart;
import io.lofn.core.shell.ExecStatus;
import io.lofn.core.shell.PipedContainer;
import io.lofn.core.task.TaskIdentity;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ImageConfig;
import io.lofn.spi.RunningContainer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With an engine whose containers are plain processes, which find a mount where it really is. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PipedContainersTest {

  private static final ProcessIdentity ME = ProcessIdentity.current();
  private static final String SCRIPT =
      "read word; echo \"$word out\"; echo \"$word err\" >&2; exit 3";

  private static final String NO_INPUT = "readlink /proc/self/fd/0";

  @TempDir private Path directory;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);
  private final ProcessEngine engine = new ProcessEngine();

  @AfterEach
  void stopThreads() {
    threads.shutdownNow();
    clock.shutdownNow();
  }

  @Test
  void aCommandHasPipesForItsStreams() throws Exception {
    try (RunningContainer container = start(ME, Map.of(), List.of("sh", "-c", SCRIPT))) {
      assertThat(container).isInstanceOf(PipedContainer.class);
      assertTalks(container);
    }
    assertThat(engine.started).hasSize(1);
  }

  @Test
  void aCommandOfAnotherKernelKeepsWhatIsAttached() throws Exception {
    ProcessIdentity elsewhere =
        new ProcessIdentity(
            ME.host(), ME.machine(), "another boot", ME.namespace(), ME.pid(), ME.start());

    try (RunningContainer container = start(elsewhere, Map.of(), List.of("sh", "-c", SCRIPT))) {
      assertThat(container).isNotInstanceOf(PipedContainer.class);
      assertTalks(container);
    }
    assertThat(engine.started).hasSize(1);
  }

  @Test
  void anImageWithoutAShellIsStartedAgainAndRemembered() throws Exception {
    engine.shell = List.of("sh", "-c", "exit 127");
    PipedContainers containers = containers(ME, Map.of());
    for (int i = 0; i < 2; i++) {
      try (RunningContainer container = start(containers, List.of("cat"))) {
        container.stdin().write("word".getBytes(UTF_8));
        container.stdin().close();
        assertThat(container.stdout().readAllBytes()).asString(UTF_8).isEqualTo("word");
      }
    }

    assertThat(engine.started).extracting(argv -> argv.get(0)).containsExactly("sh", "cat", "cat");
  }

  @Test
  void aCommandThatIsGivenNoInputHasPipesForItsOutput() throws Exception {
    ContainerSpec spec =
        ContainerSpec.builder("name", "image").command(List.of("sh", "-c", NO_INPUT)).build();

    try (RunningContainer container =
        containers(ME, Map.of()).start(engine, spec, exchange(), start(true))) {
      assertThat(container).isInstanceOf(PipedContainer.class);
      assertThat(container.stdout().readAllBytes()).asString(UTF_8).isEqualTo("/dev/null\n");
    }
  }

  @Test
  void aCommandOfAnotherKernelThatIsGivenNoInputFindsNone() throws Exception {
    ProcessIdentity elsewhere =
        new ProcessIdentity(
            ME.host(), ME.machine(), "another boot", ME.namespace(), ME.pid(), ME.start());
    ContainerSpec spec =
        ContainerSpec.builder("name", "image").command(List.of("sh", "-c", NO_INPUT)).build();

    try (RunningContainer container =
        containers(elsewhere, Map.of()).start(engine, spec, exchange(), start(true))) {
      assertThat(container.stdout().readAllBytes()).asString(UTF_8).isEqualTo("/dev/null\n");
    }
  }

  @Test
  void aCommandWhoseStreamsCarryNoRecordsHasNoShell() throws Exception {
    ContainerSpec spec = ContainerSpec.builder("name", "image").command(List.of("true")).build();

    try (RunningContainer container =
        containers(ME, Map.of()).start(engine, spec, exchange(), start(false))) {
      assertThat(container.await(Duration.ofSeconds(30))).isPresent();
    }
    assertThat(engine.started).containsExactly(List.of("true"));
  }

  @Test
  void nobodyHasPipesWhereTheyAreNotWanted() throws Exception {
    try (RunningContainer container =
        start(ME, Map.of("spark.lofn.container.pipes", "false"), List.of("sh", "-c", SCRIPT))) {
      assertTalks(container);
    }
    assertThat(engine.started).containsExactly(List.of("sh", "-c", SCRIPT));
  }

  @Test
  void nobodyHasPipesOrAShellWhereWhatIsAttachedArePipes() throws Exception {
    engine.direct = true;
    try (RunningContainer container = start(ME, Map.of(), List.of("sh", "-c", SCRIPT))) {
      assertThat(container).isNotInstanceOf(ExecStatus.class);
      assertTalks(container);
    }
    assertThat(engine.started).containsExactly(List.of("sh", "-c", SCRIPT));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 126, 127})
  void aShellWitnessesAStartThatCouldFailAsTheToolMayEnd(int accepted) throws Exception {
    engine.direct = true;
    ContainerSpec spec =
        ContainerSpec.builder("name", "image").command(List.of("lofn-no-such-program")).build();

    try (RunningContainer container =
        containers(ME, Map.of()).start(engine, spec, exchange(), start(true, 0, accepted))) {
      assertThat(container).isNotInstanceOf(PipedContainer.class);
      assertThat(container.stdout().readAllBytes()).isEmpty();
      assertThat(container.stderr().readAllBytes()).isNotEmpty();
      assertThat(((ExecStatus) container).began()).contains(false);
    }
    assertThat(engine.started).hasSize(1);
    assertThat(engine.started.get(0)).startsWith("sh", "-c").contains("none");
  }

  @Test
  void whereNobodyCanWitnessAStartItsCodesAreRefusedWhateverIsAttached() {
    engine.direct = true;
    engine.shell = List.of("sh", "-c", "exit 127");
    ContainerSpec spec = ContainerSpec.builder("name", "image").command(List.of("cat")).build();

    assertThatThrownBy(
            () ->
                containers(ME, Map.of()).start(engine, spec, exchange(), start(true, 0, 127)).id())
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("accepts the exit code 127");
  }

  /**
   * One byte more than a pipe holds, so that the writer would wait for the reader that has gone.
   */
  @Test
  void aCommandThatReadsNoMoreEndsItsInput() throws Exception {
    try (RunningContainer container = start(ME, Map.of(), List.of("true"))) {
      assertThat(container.stdout().readAllBytes()).isEmpty();
      assertThat(container.await(Duration.ofSeconds(30))).isPresent();

      assertThat(catchIoException(() -> container.stdin().write(new byte[(1 << 16) + 1])))
          .isNotNull();
    }
  }

  private interface Writes {
    void run() throws IOException;
  }

  private static IOException catchIoException(Writes writes) {
    try {
      writes.run();
      throw new AssertionError("It was written");
    } catch (IOException e) {
      return e;
    }
  }

  private static void assertTalks(RunningContainer container) throws Exception {
    container.stdin().write("word\n".getBytes(UTF_8));
    container.stdin().close();
    assertThat(container.stdout().readAllBytes()).asString(UTF_8).isEqualTo("word out\n");
    assertThat(container.stderr().readAllBytes()).asString(UTF_8).isEqualTo("word err\n");
    assertThat(container.await(Duration.ofSeconds(30)))
        .hasValueSatisfying(exit -> assertThat(exit.code()).isEqualTo(3));
  }

  private RunningContainer start(
      ProcessIdentity owner, Map<String, String> conf, List<String> argv) {
    return start(containers(owner, conf), argv);
  }

  private RunningContainer start(PipedContainers containers, List<String> argv) {
    ContainerSpec spec = ContainerSpec.builder("name", "image").command(argv).stdin().build();
    return containers.start(engine, spec, exchange(), start(true));
  }

  private static CommandStart start(boolean streams, Integer... accepted) {
    Set<Integer> codes = accepted.length == 0 ? Set.of(0) : Set.of(accepted);
    return new CommandStart(streams, codes, ImageConfig.empty());
  }

  private Exchange exchange() {
    return exchanges().create(new TaskIdentity("app", 0, 0, 0, 0), false);
  }

  private ExchangeDirectories exchanges() {
    return new ExchangeDirectories(
        new NodeEnvironment(List.of(directory)), ME, new LofnConfig(Map.of()));
  }

  private PipedContainers containers(ProcessIdentity owner, Map<String, String> settings) {
    LofnConfig conf = new LofnConfig(settings);
    NodeRuntime node =
        new NodeRuntime(new RuntimeSelector(conf, RuntimeProviders.of(List.of(), List.of())));
    OrphanReaper reaper =
        new OrphanReaper(node, exchanges(), ME, new ContainerLabels(ME), conf, threads, clock);
    return new PipedContainers(
        new TrackedContainers(reaper, HostPathMapping.NONE), conf, owner, threads, clock);
  }
}
