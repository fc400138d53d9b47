package io.lofn.core.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.MoreExecutors;
import io.lofn.core.FakeProvider.FakeRuntime;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.exchange.ExchangeDirectories;
import io.lofn.core.node.ContainerLabels;
import io.lofn.core.node.NodeEnvironment;
import io.lofn.core.node.PrivateDirectory;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.node.ProcessIdentityTest;
import io.lofn.core.node.ProcessUser;
import io.lofn.core.runtime.NodeRuntime;
import io.lofn.core.runtime.RuntimeProviders;
import io.lofn.core.runtime.RuntimeSelector;
import io.lofn.core.task.TaskIdentity;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.ContainerSummary;
import io.lofn.spi.RuntimeConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrphanReaperTest {

  @TempDir Path local;
  @TempDir Path memory;

  private final ProcessIdentity me = ProcessIdentityTest.onMachine("one");
  private String wanted = "none";
  private final ContainerLabels containerLabels = new ContainerLabels(me);
  private final ProcessIdentity dead =
      new ProcessIdentity(me.host(), me.machine(), me.boot(), me.namespace(), me.pid(), "0");
  private final ProcessIdentity beforeBoot =
      new ProcessIdentity(me.host(), me.machine(), "x", me.namespace(), me.pid(), me.start());

  @Test
  void removesContainersWhoseOwnerIsGoneAndNoOthers() throws Exception {
    FakeRuntime runtime =
        new FakeRuntime(
            "fake",
            List.of(
                container("dead", dead, true),
                container("mine", me, true),
                container("elsewhere", new ProcessIdentity("h", "m", "b", "n", 1, "1"), true),
                container("other machine", ProcessIdentityTest.onMachine("two"), true),
                container("before boot", beforeBoot, false),
                container("same name", beforeBoot, true)));

    reap(runtime);

    assertThat(runtime.removed).containsExactly("dead", "before boot");
  }

  /** An image has labels, which every container made from it has. */
  @Test
  void removesNoContainerOfSomebodyElseWhateverLabelsItsImageHas() throws Exception {
    ContainerSummary left = container("left", dead, true);
    Map<String, String> labels = left.labels();
    Map<String, String> otherRun = new HashMap<>(labels);
    otherRun.put(ContainerLabels.RUN, "database");
    Map<String, String> otherOwner = new HashMap<>(labels);
    otherOwner.put("io.lofn.pid.start", "1");
    Map<String, String> unmarked = new HashMap<>(labels);
    unmarked.remove("io.lofn");
    ContainerSummary own = own("unwanted", containerLabels);
    FakeRuntime runtime =
        new FakeRuntime(
            "fake",
            List.of(
                new ContainerSummary("another name", "database", labels, true),
                new ContainerSummary("no name", "", labels, true),
                new ContainerSummary("a name alone", "database", otherRun, true),
                new ContainerSummary("another owner", left.name(), otherOwner, true),
                new ContainerSummary("no mark", left.name(), unmarked, true),
                new ContainerSummary("only the owner's", left.name(), dead.labels(), true),
                new ContainerSummary("of this lofn by labels", "database", own.labels(), true),
                new ContainerSummary("left", left.name(), labels, true)));

    reap(runtime);

    assertThat(runtime.removed).containsExactly("left");
  }

  @Test
  void removesItsOwnContainersThatNoRunWants() throws Exception {
    ContainerSummary claimed = own("wanted", containerLabels);
    wanted = claimed.name();
    FakeRuntime runtime =
        new FakeRuntime(
            "fake",
            List.of(
                claimed,
                own("unwanted", containerLabels),
                own("of another lofn here", new ContainerLabels(me))));

    reap(runtime);

    assertThat(runtime.removed).containsExactly("unwanted");
  }

  private static ContainerSummary own(String id, ContainerLabels maker) {
    return summary(id, maker, true);
  }

  private static ContainerSummary summary(String id, ContainerLabels maker, boolean running) {
    TaskIdentity task = new TaskIdentity("app", 0, 0, 0, 0);
    String name = maker.newName("lofn", task);
    Map<String, String> labels = maker.labels(task);
    labels.put("io.lofn.run", name);
    return new ContainerSummary(id, name, labels, running);
  }

  @Test
  void deletesExchangesWhoseOwnerIsGoneAndNoOthers() throws Exception {
    Path home = local.resolve(ProcessUser.current().own("lofn"));
    Path left = make(home.resolve(dead.directoryName()).resolve("run/exchange"));
    Path kept = make(home.resolve(me.directoryName()));
    Path other = make(home.resolve("something else"));

    reap(new FakeRuntime("fake", List.of()));

    assertThat(left.getParent().getParent()).doesNotExist();
    assertThat(kept).exists();
    assertThat(other).exists();
  }

  /** The order of a directory is the file system's. */
  @Test
  void oneExchangeThatCannotBeDeletedKeepsNoOtherOne() throws Exception {
    Path left =
        make(local.resolve(ProcessUser.current().own("lofn")).resolve(dead.directoryName()));
    Path stays = make(left.resolve("stays"));
    Files.setPosixFilePermissions(stays, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (int i = 0; i < 20; i++) {
      make(left.resolve("run-" + i + "/exchange"));
    }

    reap(new FakeRuntime("fake", List.of()));

    try (Stream<Path> all = Files.list(left)) {
      assertThat(all).containsExactly(stays);
    }
  }

  @Test
  void deletesExchangesThatLieInMemory() throws Exception {
    Path home = memory.resolve(ProcessUser.current().own("lofn"));
    Path left = make(home.resolve(dead.directoryName()).resolve("run/exchange"));
    Path kept = make(home.resolve(me.directoryName()));

    reap(new FakeRuntime("fake", List.of()));

    assertThat(left.getParent().getParent()).doesNotExist();
    assertThat(kept).exists();
  }

  /** The clock has two threads, which look after all runs as well. */
  @Test
  void sweepsDoNotOccupyTheClockAndComeOneAtATime() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger atATime = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger reaps = new AtomicInteger();
    FakeRuntime slow =
        new FakeRuntime("slow", List.of()) {
          @Override
          public List<ContainerSummary> list(Map<String, String> labels) {
            most.accumulateAndGet(atATime.incrementAndGet(), Math::max);
            begun.countDown();
            try {
              assertThat(go.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            atATime.decrementAndGet();
            if (reaps.incrementAndGet() == 2) {
              throw new NoSuchMethodError("of one clean-up");
            }
            return List.of();
          }
        };
    LofnConfig conf = new LofnConfig(Map.of("spark.lofn.cleanup.interval", "5ms"));
    NodeRuntime node =
        new NodeRuntime(
            new RuntimeSelector(conf, RuntimeProviders.of(List.of(new Fixed(slow)), List.of())));
    assertThat(node.get().runtime()).isSameAs(slow);
    ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      ExchangeDirectories exchanges =
          new ExchangeDirectories(new NodeEnvironment(List.of(local)), me, conf);
      OrphanReaper reaper =
          new OrphanReaper(node, exchanges, me, containerLabels, conf, threads, clock);
      begun.await();

      for (int i = 0; i < 20; i++) {
        clock.submit(() -> {}).get(10, TimeUnit.SECONDS);
      }
      go.countDown();

      Instant end = Instant.now().plusSeconds(30);
      while (reaps.get() < 5) {
        assertThat(Instant.now()).as("waiting for the clean-ups").isBefore(end);
        Thread.onSpinWait();
      }
      assertThat(most).hasValue(1);
      reaper.gone("nothing");
    } finally {
      clock.shutdownNow();
      threads.shutdownNow();
    }
  }

  private static Path make(Path directory) throws Exception {
    return Files.createDirectories(directory, PrivateDirectory.PRIVATE);
  }

  private void reap(FakeRuntime runtime) throws Exception {
    LofnConfig conf = new LofnConfig(Map.of("spark.lofn.cleanup.interval", "1d"));
    RuntimeProviders providers = RuntimeProviders.of(List.of(new Fixed(runtime)), List.of());
    NodeRuntime node = new NodeRuntime(new RuntimeSelector(conf, providers));
    assertThat(node.get().runtime()).isSameAs(runtime);
    ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);
    try {
      ExchangeDirectories exchanges =
          new ExchangeDirectories(
              new NodeEnvironment(List.of(local)),
              me,
              new LofnConfig(Map.of("spark.lofn.tmp.memoryDir", memory.toString())));
      OrphanReaper reaper =
          new OrphanReaper(
              node,
              exchanges,
              me,
              containerLabels,
              conf,
              MoreExecutors.newDirectExecutorService(),
              clock);
      clock.submit(() -> {}).get();
      exchanges.ledger().begin(wanted, runtime, Set.of());
      runtime.removed.clear();
      reaper.reap();
    } finally {
      clock.shutdownNow();
    }
  }

  private static ContainerSummary container(String id, ProcessIdentity owner, boolean running) {
    return summary(id, new ContainerLabels(owner), running);
  }

  private record Fixed(ContainerRuntime runtime) implements ContainerRuntimeProvider {
    @Override
    public String name() {
      return "fixed";
    }

    @Override
    public Optional<String> unavailableReason(RuntimeConfig config) {
      return Optional.empty();
    }

    @Override
    public ContainerRuntime create(RuntimeConfig config) {
      return runtime;
    }
  }
}
