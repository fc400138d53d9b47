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
 * Removes orphans: containers and exchanges of processes that are gone, and containers of this
 * process that no run needs, which an engine has made or kept without an answer. Deletes an
 * exchange after the containers that mount it, and only when the engine no longer lists them. Runs
 * when the executor's first task comes, then periodically, one clean-up at a time and never on the
 * scheduler's threads. Touches nothing else whose owner may be alive.
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

  /** Whether a clean-up is due that has not begun; it covers all requests until then. */
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
    // The first clean-up comes before the runtime is chosen, which lists the containers.
    runtime.whenSelected(this::request);
    ScheduledFuture<?> unused =
        clock.scheduleWithFixedDelay(this::request, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Registers a container that is about to start. It is in use until it is gone or lost.
   *
   * @throws EngineException if a container of an earlier start may still live in the same exchange
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
        "Container %s, which no run needs any more, may still use the exchange of container %s%s"
            .formatted(other.name(), spec.name(), cause == null ? "" : ": " + cause.getMessage());
    throw EngineException.transientFailure(
        message, cause == null ? new IllegalStateException(message) : cause);
  }

  /** Records that the container is gone. */
  void gone(String name) {
    ledger.gone(name);
  }

  /** Records that no run needs the container any more, and that it may still live. Idempotent. */
  void lose(String name) {
    ledger.lose(name);
  }

  /**
   * Records a failed start, which may have left a container. Asks the engine, unless it did not
   * answer in time.
   */
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
          .log("Clean-up failed and will be repeated: {}", e.toString());
      failing = true;
    }
  }

  /**
   * Removes the containers that no run needs.
   *
   * @return the owners of the containers that the engine still has, as names of the owners'
   *     directories
   */
  private Set<String> reapContainers(ContainerRuntime engine) {
    boolean removed = false;
    List<ContainerSummary> all = engine.list(Map.of(ProcessIdentity.HOST, owner.host()));
    for (ContainerSummary container : all) {
      boolean own = containerLabels.isOwn(container);
      if (own ? !ledger.isWanted(container.name()) : isAbandoned(container)) {
        remove(engine, container, own ? "which no run needs" : "left by a process that is gone");
        removed = true;
      }
    }
    return owners(removed ? engine.list(Map.of(ProcessIdentity.HOST, owner.host())) : all);
  }

  /** Uses the labels alone: a forged label can only keep an exchange from being deleted. */
  private static Set<String> owners(List<ContainerSummary> containers) {
    return containers.stream()
        .map(container -> ProcessIdentity.fromLabels(container.labels()))
        .filter(Objects::nonNull)
        .map(ProcessIdentity::directoryName)
        .collect(Collectors.toSet());
  }

  /**
   * Returns whether a container is gone. If it is, does what waited for that.
   *
   * @throws LofnException if the engine does not answer
   */
  private boolean settle(Lost lost) {
    // By a label that no image can predict, whatever the engine reports for the name.
    Map<String, String> run = Map.of(ContainerLabels.RUN, lost.name());
    List<ContainerSummary> found = lost.runtime().list(run);
    found.forEach(container -> remove(lost.runtime(), container, "which no run needs"));
    if (!found.isEmpty() && !lost.runtime().list(run).isEmpty()) {
      return false;
    }
    LOG.info("Container {} is gone; released its mounts", lost.name());
    ledger.gone(lost.name());
    return true;
  }

  /**
   * Cleans up what is left of this lofn as it ends. Continues as long as this process lives, since
   * no other process may do it until then.
   *
   * @param engines closes the engines, once the clean-up needs them no more
   */
  public void end(AutoCloseable engines) {
    if (isSettled()) {
      Closing.all(engines);
      return;
    }
    LOG.warn(
        "lofn shuts down, but these containers may still exist; clean-up continues in the"
            + " background: {}",
        ledger.lost());
    Thread last = new Thread(() -> settleAll(engines), "lofn-cleanup");
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
      LOG.warn(
          "Could not remove container {}, {}; periodic clean-up will retry: {}",
          container.id(),
          which,
          e.getMessage());
    }
  }

  /** After a boot no container runs, so a running one belongs to another node of the same name. */
  private boolean isAbandoned(ContainerSummary container) {
    Life life = ContainerLabels.ownerOf(container).map(owner::lifeOf).orElse(Life.UNKNOWN);
    return life == Life.DEAD || (life == Life.OTHER_BOOT && !container.running());
  }
}
