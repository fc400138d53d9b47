package io.lofn.core.container;

import com.google.common.base.Throwables;
import com.google.common.util.concurrent.Uninterruptibles;
import io.lofn.api.EngineException;
import io.lofn.api.LofnException;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.exchange.ContainerLedger;
import io.lofn.core.exchange.ContainerLedger.Lost;
import io.lofn.core.exchange.ExchangeDirectories;
import io.lofn.core.node.ContainerLabels;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.node.ProcessIdentity.Life;
import io.lofn.core.runtime.NodeRuntime;
import io.lofn.core.task.Closing;
import io.lofn.core.task.PoolThreads;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ContainerSummary;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Removes containers and exchanges that nobody wants any more: those of processes that are gone,
 * and containers of its own that no run wants, which an engine has made or kept without an answer.
 * An exchange goes after the containers that mount it, and only when the engine no longer lists
 * them. Runs when the executor's first task comes, and again and again, one sweep at a time and
 * never on the clock's threads; touches nothing else whose owner may be alive.
 */
public final class OrphanReaper {

  private static final Logger LOG = LoggerFactory.getLogger(OrphanReaper.class);

  private final NodeRuntime runtime;
  private final ExchangeDirectories exchanges;
  private final ProcessIdentity owner;
  private final ContainerLabels containerLabels;
  private final ExecutorService threads;
  private final ContainerLedger ledger;
  private final Duration interval;

  /** Whether a sweep is due that has not begun; it serves everybody who asks meanwhile. */
  private final AtomicBoolean due = new AtomicBoolean();

  private boolean failing;

  @Inject
  public OrphanReaper(
      NodeRuntime runtime,
      ExchangeDirectories exchanges,
      ProcessIdentity owner,
      ContainerLabels containerLabels,
      LofnConfig conf,
      ExecutorService threads,
      ScheduledExecutorService clock) {
    this.runtime = runtime;
    this.exchanges = exchanges;
    this.owner = owner;
    this.containerLabels = containerLabels;
    this.threads = threads;
    this.ledger = exchanges.ledger();
    this.interval = conf.get(LofnConfig.CLEANUP_INTERVAL);
    // The first sweep comes before the runtime that containers are asked of.
    runtime.whenSelected(this::request);
    ScheduledFuture<?> unused =
        clock.scheduleWithFixedDelay(this::request, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * A container is about to be started, and is wanted until it is gone or lost.
   *
   * @throws EngineException if one that an earlier start has left may live in the same exchange
   */
  void begin(ContainerRuntime engine, ContainerSpec spec) {
    Set<Path> trees = exchanges.treesOf(spec);
    for (Lost other : ledger.lostIn(trees)) {
      requireGone(other, spec);
    }
    ExchangeDirectories.note(trees, engine);
    ledger.begin(spec.name(), engine, trees);
  }

  private void requireGone(Lost other, ContainerSpec spec) {
    LofnException cause = null;
    try {
      if (settle(other)) {
        return;
      }
    } catch (LofnException e) {
      cause = e;
    }
    String message =
        "Container %s, which nobody wants any more, may still live in the exchange that %s is to have%s"
            .formatted(other.name(), spec.name(), cause == null ? "" : ": " + cause.getMessage());
    throw EngineException.transientFailure(
        message, cause == null ? new IllegalStateException(message) : cause);
  }

  /** The container is known to be gone. */
  void gone(String name) {
    ledger.gone(name);
  }

  /** Nobody wants the container any more, and it may live. Idempotent. */
  void lose(String name) {
    ledger.lose(name);
  }

  /** Nobody knows whether the container is there: the engine is asked, if it answers at all. */
  void failedToStart(String name, Throwable failure) {
    ledger.lose(name);
    if (Throwables.getCausalChain(failure).stream().anyMatch(TimeoutException.class::isInstance)) {
      return;
    }
    ledger.lost().stream().filter(lost -> lost.name().equals(name)).forEach(this::trySettle);
  }

  private void request() {
    if (due.compareAndSet(false, true)) {
      try {
        threads.execute(this::reap);
      } catch (RejectedExecutionException e) { // lofn ends
        due.set(false);
      }
    }
  }

  synchronized void reap() {
    due.set(false);
    List<AutoCloseable> steps = new ArrayList<>();
    Map<String, Set<String>> owners = new HashMap<>();
    for (ContainerRuntime engine : runtime.all()) {
      steps.add(() -> owners.put(ExchangeDirectories.keyOf(engine), reapContainers(engine)));
    }
    steps.add(() -> isSettled());
    steps.add(() -> exchanges.reap(owners));
    try {
      Closing.all(steps);
      failing = false;
    } catch (RuntimeException | Error e) {
      LOG.atLevel(failing ? Level.DEBUG : Level.WARN)
          .log("The sweep failed and is repeated: {}", e.toString());
      failing = true;
    }
  }

  /**
   * Removes what nobody wants.
   *
   * @return whose containers the engine still has, by the names of the owners' directories
   */
  private Set<String> reapContainers(ContainerRuntime engine) {
    boolean removed = false;
    List<ContainerSummary> all = engine.list(Map.of(ProcessIdentity.HOST, owner.host()));
    for (ContainerSummary container : all) {
      boolean own = containerLabels.isOwn(container);
      if (own ? !ledger.isWanted(container.name()) : isAbandoned(container)) {
        remove(engine, container, own ? "that no run wants" : "of a process that is gone");
        removed = true;
      }
    }
    return owners(removed ? engine.list(Map.of(ProcessIdentity.HOST, owner.host())) : all);
  }

  /** By the labels alone: here, to be deceived means to leave an exchange where it is. */
  private static Set<String> owners(List<ContainerSummary> containers) {
    return containers.stream()
        .map(container -> ProcessIdentity.fromLabels(container.labels()))
        .filter(Objects::nonNull)
        .map(ProcessIdentity::directoryName)
        .collect(Collectors.toSet());
  }

  /**
   * Whether a container is gone now; then what waited for that is done.
   *
   * @throws LofnException if the engine does not tell
   */
  private boolean settle(Lost lost) {
    // By a label that no image can have foreseen, whatever the engine says of the name.
    Map<String, String> run = Map.of(ContainerLabels.RUN, lost.name());
    List<ContainerSummary> found = lost.runtime().list(run);
    found.forEach(container -> remove(lost.runtime(), container, "that no run wants"));
    if (!found.isEmpty() && !lost.runtime().list(run).isEmpty()) {
      return false;
    }
    LOG.info("Container {} is gone, and so is what it had mounted", lost.name());
    ledger.gone(lost.name());
    return true;
  }

  /**
   * Sweeps what is left of this lofn as it ends, and goes on with that as long as this process
   * lives: while it does, nobody else may.
   *
   * @param engines closes the engines, when nothing is left for which they are needed
   */
  public void end(AutoCloseable engines) {
    if (isSettled()) {
      Closing.all(engines);
      return;
    }
    LOG.warn("lofn ends while these containers are not known to be gone: {}", ledger.lost());
    Thread last = new Thread(() -> settleAll(engines), "lofn-sweep");
    last.setDaemon(true);
    last.setUncaughtExceptionHandler(PoolThreads.LOGGING);
    last.start();
  }

  private void trySettle(Lost lost) {
    try {
      boolean unused = settle(lost);
    } catch (LofnException e) {
      LOG.debug("Container {} may still live: {}", lost.name(), e.getMessage());
    }
  }

  private boolean isSettled() {
    boolean all = true;
    Set<ContainerRuntime> silent = new HashSet<>();
    for (Lost lost : ledger.lost()) {
      // An engine that does not answer is waited for once, not for each of its containers.
      boolean gone = false;
      try {
        gone = !silent.contains(lost.runtime()) && settle(lost);
      } catch (LofnException e) {
        LOG.debug("Container {} may still live: {}", lost.name(), e.getMessage());
        silent.add(lost.runtime());
      }
      all &= gone;
    }
    return all;
  }

  private void settleAll(AutoCloseable engines) {
    do {
      Uninterruptibles.sleepUninterruptibly(interval);
    } while (!isSettled());
    Closing.all(engines);
  }

  private static void remove(ContainerRuntime engine, ContainerSummary container, String which) {
    try {
      engine.remove(container.id());
      LOG.info("Removed container {}, {}", container.id(), which);
    } catch (LofnException e) {
      LOG.warn("Cannot remove container {}, {}: {}", container.id(), which, e.getMessage());
    }
  }

  /** After a boot no container runs, so a running one is that of another node of the same name. */
  private boolean isAbandoned(ContainerSummary container) {
    Life life = ContainerLabels.ownerOf(container).map(owner::lifeOf).orElse(Life.UNKNOWN);
    return life == Life.DEAD || (life == Life.OTHER_BOOT && !container.running());
  }
}
