package io.lofn.core.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.ContainerSettings;
import io.lofn.api.EngineException;
import io.lofn.core.FakeProvider;
import io.lofn.core.QuietContainer;
import io.lofn.core.config.HostPathMapping;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.exchange.ExchangeDirectories;
import io.lofn.core.node.ContainerLabels;
import io.lofn.core.node.NodeEnvironment;
import io.lofn.core.node.PrivateDirectory;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.node.ProcessUser;
import io.lofn.core.runtime.NodeRuntime;
import io.lofn.core.runtime.RuntimeProviders;
import io.lofn.core.runtime.RuntimeSelector;
import io.lofn.core.task.TaskIdentity;
import io.lofn.core.warm.ReuseKey;
import io.lofn.core.warm.WarmContainer;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ContainerSummary;
import io.lofn.spi.Mount;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.StagedVolume;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a container mounts goes after the container is known to be gone, and not before. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LeftContainersTest {

  private static final TaskIdentity TASK = new TaskIdentity("app", 1, 2, 0, 3);

  @TempDir Path local;

  private final ProcessIdentity me = ProcessIdentity.current();
  private final ProcessIdentity dead =
      new ProcessIdentity(me.host(), me.machine(), me.boot(), me.namespace(), me.pid(), "0");
  private final ContainerLabels containerLabels = new ContainerLabels(me);
  private final List<String> events = new CopyOnWriteArrayList<>();
  private final Engine engine = new Engine();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);
  private ExchangeDirectories exchanges;
  private OrphanReaper reaper;
  private TrackedContainers containers;

  @AfterEach
  void end() {
    clock.shutdownNow();
    threads.shutdownNow();
  }

  /** The lofn of this process, whose runtime is the engine. */
  private void setUp(ContainerRuntime runtime) {
    LofnConfig conf = new LofnConfig(Map.of("spark.lofn.cleanup.interval", "20ms"));
    NodeRuntime node =
        new NodeRuntime(
            new RuntimeSelector(
                conf, RuntimeProviders.of(List.of(FakeProvider.of("one", 1, runtime)), List.of())));
    assertThat(node.get().runtime()).isSameAs(runtime);
    exchanges = new ExchangeDirectories(new NodeEnvironment(List.of(local)), me, conf);
    reaper = new OrphanReaper(node, exchanges, me, containerLabels, conf, threads, noClock());
    containers = new TrackedContainers(reaper, HostPathMapping.NONE);
  }

  /** A scheduler without a running thread: only the test cleans up. */
  private static ScheduledExecutorService noClock() {
    return Executors.newScheduledThreadPool(1, task -> new Thread("never runs its task"));
  }

  @Test
  void whatAContainerMountsStaysAsLongAsTheEngineListsIt() {
    setUp(engine);
    Exchange exchange = exchanges.create(TASK, false);
    RunningContainer container = containers.start(engine, spec("lofn-a", exchange));
    engine.removes = false;

    assertThatThrownBy(container::close).isInstanceOf(EngineException.class);
    exchange.whenUnmounted(() -> events.add("volumes"));
    exchange.close();
    container.close();
    reaper.reap();

    assertThat(exchange.directory()).exists();
    assertThat(events).isEmpty();

    engine.answers = false;
    engine.removes = true;
    reaper.reap();
    assertThat(exchange.directory()).exists();

    engine.answers = true;
    reaper.reap();
    assertThat(exchange.directory()).doesNotExist();
    assertThat(engine.live).isEmpty();
    assertThat(events).containsExactly("removed lofn-a", "volumes");
  }

  @Test
  void aStartWithoutAnAnswerMayHaveMadeAContainerThatLives() {
    setUp(engine);
    Exchange exchange = exchanges.create(TASK, false);
    engine.failure =
        EngineException.transientFailure("no answer", new TimeoutException("after two minutes"));

    assertThatThrownBy(() -> containers.start(engine, spec("lofn-a", exchange)))
        .isSameAs(engine.failure);
    exchange.close();
    assertThat(exchange.directory()).exists();

    reaper.reap();
    assertThat(engine.live).isEmpty();
    assertThat(exchange.directory()).doesNotExist();
  }

  @Test
  void aStartThatTheEngineRefusesLeavesNothingToWaitFor() {
    setUp(engine);
    Exchange exchange = exchanges.create(TASK, false);
    engine.failure = new EngineException("no such image");
    engine.startsNevertheless = false;

    assertThatThrownBy(() -> containers.start(engine, spec("lofn-a", exchange)))
        .isSameAs(engine.failure);
    exchange.close();

    assertThat(exchange.directory()).doesNotExist();
  }

  /** Else the output of two tools would be mixed. */
  @Test
  void nothingIsStartedInAnExchangeInWhichAnotherContainerMayLive() {
    setUp(engine);
    Exchange exchange = exchanges.create(TASK, false);
    RunningContainer container = containers.start(engine, spec("lofn-a", exchange));
    engine.removes = false;
    assertThatThrownBy(container::close).isInstanceOf(EngineException.class);

    assertThatThrownBy(() -> containers.start(engine, spec("lofn-b", exchange)))
        .isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.isTransient()).isTrue())
        .hasMessageContaining("lofn-a");
    assertThat(engine.live).containsOnlyKeys("lofn-a");

    engine.answers = false;
    assertThatThrownBy(() -> containers.start(engine, spec("lofn-b", exchange)))
        .hasMessageContaining("lofn-a")
        .hasMessageContaining("no answer");

    engine.answers = true;
    engine.removes = true;
    containers.start(engine, spec("lofn-b", exchange)).close();
    assertThat(engine.live).isEmpty();
  }

  @Test
  void anExchangeIsNotDeletedAsLofnEndsButWhenItsContainerIsGone() throws Exception {
    setUp(engine);
    Exchange exchange = exchanges.create(TASK, false);
    Exchange other = exchanges.create(TASK, false);
    RunningContainer container = containers.start(engine, spec("lofn-a", exchange));
    engine.removes = false;
    assertThatThrownBy(container::close).isInstanceOf(EngineException.class);
    exchange.close();

    reaper.end(() -> events.add("engines closed"));
    exchanges.close();

    assertThat(other.directory()).doesNotExist();
    assertThat(exchange.directory()).exists();
    assertThat(events).isEmpty();

    engine.removes = true;
    Instant end = Instant.now().plusSeconds(30);
    while (!events.contains("engines closed")) {
      assertThat(Instant.now()).isBefore(end);
      Thread.onSpinWait();
    }
    try (var left = Files.list(local)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aWarmContainerThatIsNotRemovedKeepsItsExchangeAndItsVolumes() {
    setUp(engine);
    Exchange exchange = exchanges.create(TASK, false);
    ReuseKey key =
        new ReuseKey(engine, "image", "/shared", false, List.of(), ContainerSettings.defaults());
    WarmContainer warm = new WarmContainer(key, exchange, containers, threads, clock);
    warm.hold(List.of(new Volume()));
    engine.removes = false;
    // Its agent prints nothing, since the container has no streams.
    assertThatThrownBy(() -> warm.run(spec("lofn-a", exchange)))
        .isInstanceOf(EngineException.class);

    warm.close();
    assertThat(exchange.directory()).exists();
    assertThat(events).isEmpty();

    engine.removes = true;
    reaper.reap();
    assertThat(exchange.directory()).doesNotExist();
    assertThat(events).containsExactly("removed lofn-a", "volumes");
  }

  @Test
  void twoLofnsOfAProcessDeleteTheirOwnExchangesOnly() {
    setUp(engine);
    ExchangeDirectories others = exchanges;
    Exchange used = others.create(TASK, false);
    setUp(engine);
    Exchange mine = exchanges.create(TASK, false);

    exchanges.close();

    assertThat(mine.directory()).doesNotExist();
    assertThat(used.directory()).exists();
  }

  @Test
  void anExchangeOfADeadProcessStaysWhileItsContainerMayLive() throws Exception {
    setUp(engine);
    Path tree = leftTree(dead, engine);
    String name = new ContainerLabels(dead).newName("lofn", TASK);
    engine.live.put(name, labels(dead, name));
    engine.removes = false;

    reaper.reap();
    assertThat(tree).as("while the container is listed").exists();

    engine.removes = true;
    engine.answers = false;
    reaper.reap();
    assertThat(tree).as("while the engine does not answer").exists();

    engine.answers = true;
    reaper.reap();
    assertThat(tree.getParent()).doesNotExist();
    assertThat(engine.live).isEmpty();
  }

  @Test
  void anExchangeThatAnotherEngineServedIsLeftToWhoKnowsThatEngine() throws Exception {
    Engine podman = new Engine();
    podman.command = List.of("podman");
    setUp(engine);
    Path tree = leftTree(dead, engine);
    ExchangeDirectories.noteIn(tree, podman);

    reaper.reap();
    assertThat(tree).exists();

    setUp(podman);
    reaper.reap();
    assertThat(tree).as("each of the two engines is known to one only").exists();
  }

  @Test
  void afterABootNoContainerLivesWhateverEngineHadIt() throws Exception {
    Engine podman = new Engine();
    podman.command = List.of("podman");
    setUp(engine);
    Path tree =
        leftTree(
            new ProcessIdentity(
                me.host(), me.machine(), "before", me.namespace(), me.pid(), me.start()),
            podman);

    reaper.reap();

    assertThat(tree.getParent()).doesNotExist();
  }

  @Test
  void withoutAnyEngineNothingOfTheDeadIsDeleted() throws Exception {
    setUp(engine);
    Path tree =
        Files.createDirectories(
            home().resolve(dead.directoryName()).resolve("run"), PrivateDirectory.PRIVATE);
    engine.answers = false;

    reaper.reap();
    assertThat(tree).exists();

    engine.answers = true;
    reaper.reap();
    assertThat(tree).doesNotExist();
  }

  private Path home() {
    return local.resolve(ProcessUser.current().own("lofn"));
  }

  private Path leftTree(ProcessIdentity owner, ContainerRuntime by) throws Exception {
    Path tree =
        Files.createDirectories(
            home().resolve(owner.directoryName()).resolve("run"), PrivateDirectory.PRIVATE);
    ExchangeDirectories.noteIn(tree, by);
    return tree;
  }

  private ContainerSpec spec(String name, Exchange exchange) {
    return ContainerSpec.builder(name, "image")
        .command(List.of("tool"))
        .mount(new Mount(exchange.directory(), "/shared", false))
        .settings(settings(labels(me, name)))
        .build();
  }

  private static ContainerSettings settings(Map<String, String> labels) {
    ContainerSettings.Builder settings = ContainerSettings.defaults().toBuilder();
    labels.forEach(settings::label);
    return settings.build();
  }

  private Map<String, String> labels(ProcessIdentity owner, String name) {
    ContainerLabels from = owner.equals(me) ? containerLabels : new ContainerLabels(owner);
    Map<String, String> labels = from.labels(TASK);
    labels.put(ContainerLabels.RUN, name);
    return labels;
  }

  private final class Volume implements StagedVolume {

    @Override
    public Path path() {
      return local;
    }

    @Override
    public void close() {
      events.add("volumes");
    }
  }

  /** An engine that may fail to answer, and to remove. */
  private final class Engine extends FakeProvider.FakeRuntime {

    final Map<String, Map<String, String>> live = new ConcurrentHashMap<>();
    volatile boolean answers = true;
    volatile boolean removes = true;
    volatile boolean startsNevertheless = true;
    volatile EngineException failure;
    List<String> command = List.of("docker");

    Engine() {
      super("engine", List.of());
    }

    @Override
    public List<String> commandLine() {
      return command;
    }

    @Override
    public RunningContainer start(ContainerSpec spec) {
      if (failure == null || startsNevertheless) {
        live.put(spec.name(), spec.settings().labels());
      }
      if (failure != null) {
        throw failure;
      }
      return new Silent(spec.name(), this);
    }

    @Override
    public List<ContainerSummary> list(Map<String, String> labels) {
      requireAnswer();
      List<ContainerSummary> found = new ArrayList<>();
      live.forEach((name, its) -> found.add(new ContainerSummary(name, name, its, true)));
      found.removeIf(each -> !each.labels().entrySet().containsAll(labels.entrySet()));
      return found;
    }

    @Override
    public void remove(String id) {
      requireAnswer();
      if (!removes) {
        throw new EngineException("cannot remove " + id);
      }
      if (live.remove(id) != null) {
        events.add("removed " + id);
      }
    }

    private void requireAnswer() {
      if (!answers) {
        throw new EngineException("no answer");
      }
    }
  }

  private static final class Silent extends QuietContainer {

    private final Engine engine;

    Silent(String id, Engine engine) {
      super(id);
      this.engine = engine;
    }

    @Override
    public Optional<ContainerExit> await(Duration atMost) {
      return Optional.of(new ContainerExit(1, false));
    }

    @Override
    public void close() {
      engine.remove(id());
    }
  }
}
