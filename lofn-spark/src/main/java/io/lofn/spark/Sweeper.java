package io.lofn.spark;

import io.lofn.api.LofnException;
import io.lofn.spark.Owner.Life;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSummary;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Removes containers and exchanges that nobody wants any more: those of processes that are gone,
 * and containers of its own that no run claims, which an engine has made or kept without an answer.
 * Runs when the executor's first task comes, and again and again, one sweep at a time and never on
 * the clock's threads; touches nothing else whose owner may be alive.
 */
final class Sweeper {

  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);

  private final NodeRuntime runtime;
  private final Exchanges exchanges;
  private final Owner owner;
  private final ContainerOwnership ownership;
  private final ExecutorService threads;
  private final Set<String> claimed = ConcurrentHashMap.newKeySet();

  /** Whether a sweep is due that has not begun; it serves everybody who asks meanwhile. */
  private final AtomicBoolean due = new AtomicBoolean();

  private boolean failing;

  @Inject
  Sweeper(
      NodeRuntime runtime,
      Exchanges exchanges,
      Owner owner,
      ContainerOwnership ownership,
      LofnConf conf,
      ExecutorService threads,
      ScheduledExecutorService clock) {
    this.runtime = runtime;
    this.exchanges = exchanges;
    this.owner = owner;
    this.ownership = ownership;
    this.threads = threads;
    // The first sweep comes before the runtime that containers are asked of.
    runtime.whenSelected(this::request);
    Duration interval = conf.get(LofnConf.SWEEP_INTERVAL);
    ScheduledFuture<?> unused =
        clock.scheduleWithFixedDelay(this::request, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** A run is about to start a container of this name, and wants it until it lets it go. */
  void claim(String name) {
    claimed.add(name);
  }

  /** Nobody wants the container of this name any more. Idempotent. */
  void letGo(String name) {
    claimed.remove(name);
  }

  private void request() {
    if (due.compareAndSet(false, true)) {
      try {
        threads.execute(this::sweep);
      } catch (RejectedExecutionException e) { // lofn ends
        due.set(false);
      }
    }
  }

  synchronized void sweep() {
    due.set(false);
    try {
      exchanges.sweep();
      runtime.ifSelected(this::sweepContainers);
      failing = false;
    } catch (RuntimeException | Error e) {
      LOG.atLevel(failing ? Level.DEBUG : Level.WARN)
          .log("The sweep failed and is repeated: {}", e.toString());
      failing = true;
    }
  }

  private void sweepContainers(ContainerRuntime engine) {
    for (ContainerSummary container : engine.list(Map.of(Owner.HOST, owner.host()))) {
      Optional<String> own = ownership.nameOfOwn(container.labels());
      boolean unwanted = own.isPresent() ? !claimed.contains(own.get()) : isAbandoned(container);
      if (unwanted && container.labels().containsKey(ContainerOwnership.MARK)) {
        remove(
            engine, container, own.isPresent() ? "that no run wants" : "of a process that is gone");
      }
    }
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
    Owner other = Owner.fromLabels(container.labels());
    if (other == null) {
      return false;
    }
    Life life = owner.lifeOf(other);
    return life == Life.DEAD || (life == Life.OTHER_BOOT && !container.running());
  }
}
