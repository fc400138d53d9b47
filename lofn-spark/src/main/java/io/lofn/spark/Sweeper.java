package io.lofn.spark;

import io.lofn.api.LofnException;
import io.lofn.spark.Owner.Life;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSummary;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what processes that are gone have left on this node: containers and exchanges. Runs when
 * the executor's first task comes, and again and again; touches nothing whose owner may be alive.
 */
final class Sweeper {

  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);

  private final NodeRuntime runtime;
  private final Exchanges exchanges;
  private final Owner owner;
  private final Set<String> ownLeftovers = ConcurrentHashMap.newKeySet();

  @Inject
  Sweeper(
      NodeRuntime runtime,
      Exchanges exchanges,
      Owner owner,
      LofnConf conf,
      ScheduledExecutorService clock) {
    this.runtime = runtime;
    this.exchanges = exchanges;
    this.owner = owner;
    // The first sweep comes before the runtime that containers are asked of.
    runtime.whenSelected(() -> clock.execute(this::sweep));
    Duration interval = conf.get(LofnConf.SWEEP_INTERVAL);
    ScheduledFuture<?> unused =
        clock.scheduleWithFixedDelay(this::sweep, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Removes a container of this process with the next sweep, since the engine did not do it now.
   */
  void removeLater(String containerId) {
    ownLeftovers.add(containerId);
  }

  void sweep() {
    try {
      exchanges.sweep();
      runtime.ifSelected(this::sweepContainers);
    } catch (RuntimeException e) {
      LOG.warn("The sweep failed and is repeated later: {}", e.getMessage());
    }
  }

  private void sweepContainers(ContainerRuntime engine) {
    for (String id : List.copyOf(ownLeftovers)) {
      engine.remove(id);
      ownLeftovers.remove(id);
    }
    for (ContainerSummary container : engine.list(Map.of(Owner.HOST, owner.host()))) {
      if (container.labels().containsKey(ContainerOwnership.MARK) && isAbandoned(container)) {
        try {
          engine.remove(container.id());
          LOG.info("Removed container {}, left by a process that is gone", container.id());
        } catch (LofnException e) {
          LOG.warn("Cannot remove container {}: {}", container.id(), e.getMessage());
        }
      }
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
