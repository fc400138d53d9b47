package io.lofn.core.warm;

import io.lofn.core.config.LofnConfig;
import io.lofn.core.container.PipedContainers;
import io.lofn.core.container.RunSandbox;
import io.lofn.core.container.TrackedContainers;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.exchange.ExchangeDirectories;
import io.lofn.core.shell.CommandStart;
import io.lofn.core.task.Closing;
import io.lofn.core.task.TaskIdentity;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.StagedVolume;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The containers of this executor that wait for their next run. A run takes the most recently used
 * one with its key, so that the surplus ones age and are removed. Thread-safe.
 */
public final class WarmContainers implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(WarmContainers.class);

  private final TrackedContainers containers;
  private final PipedContainers single;
  private final ExchangeDirectories exchanges;
  private final ExecutorService threads;
  private final ScheduledExecutorService clock;
  private final int mostRuns;
  private final Duration oldest;
  private final Duration longestIdle;
  private final Deque<Idle> idle = new ArrayDeque<>();
  private final Set<ReuseKey> notReusable = ConcurrentHashMap.newKeySet();
  private boolean closed;

  private record Idle(WarmContainer container, Instant since) {}

  @Inject
  WarmContainers(
      TrackedContainers containers,
      PipedContainers single,
      ExchangeDirectories exchanges,
      LofnConfig conf,
      ExecutorService threads,
      ScheduledExecutorService clock) {
    this.containers = containers;
    this.single = single;
    this.exchanges = exchanges;
    this.threads = threads;
    this.clock = clock;
    this.mostRuns = conf.get(LofnConfig.REUSE_RUNS);
    this.oldest = conf.get(LofnConfig.REUSE_AGE);
    this.longestIdle = conf.get(LofnConfig.REUSE_IDLE);
    long period = Math.max(1, longestIdle.toMillis() / 2);
    ScheduledFuture<?> unused =
        clock.scheduleWithFixedDelay(
            () -> threads.execute(this::removeIdle), period, period, TimeUnit.MILLISECONDS);
  }

  /** Returns whether runs with this key were found to need a new container each. */
  public boolean isNotReusable(ReuseKey key) {
    return notReusable.contains(key);
  }

  /**
   * Returns a sandbox with this key, which has served others or is new.
   *
   * @param task the task of the run
   * @param anyUser whether the tool runs as a user of its own
   * @param volumes the data of its mounts; a new sandbox takes ownership, and the list is empty
   *     then
   */
  public RunSandbox take(
      ReuseKey key, TaskIdentity task, boolean anyUser, List<StagedVolume> volumes) {
    WarmContainer found = find(key);
    if (found == null) {
      Exchange exchange = exchanges.create(task, anyUser);
      found = new WarmContainer(key, exchange, containers, threads, clock);
      found.hold(volumes);
      volumes.clear();
    }
    return new WarmSandbox(found);
  }

  private synchronized @Nullable WarmContainer find(ReuseKey key) {
    Iterator<Idle> newestFirst = idle.iterator();
    while (newestFirst.hasNext()) {
      Idle each = newestFirst.next();
      if (each.container.key().equals(key)) {
        newestFirst.remove();
        return each.container;
      }
    }
    return null;
  }

  private void giveBack(WarmContainer container) {
    if (container.renew(mostRuns, oldest) && keep(container)) {
      return;
    }
    container.close();
  }

  private synchronized boolean keep(WarmContainer container) {
    if (closed) {
      return false;
    }
    idle.addFirst(new Idle(container, Instant.now()));
    return true;
  }

  private void removeIdle() {
    Closing.all(takeIdleSince(Instant.now().minus(longestIdle)));
  }

  private synchronized List<WarmContainer> takeIdleSince(Instant limit) {
    List<WarmContainer> taken = new ArrayList<>();
    while (!idle.isEmpty() && !idle.getLast().since.isAfter(limit)) {
      taken.add(idle.removeLast().container);
    }
    return taken;
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    Closing.all(takeIdleSince(Instant.MAX));
  }

  /**
   * A warm container, lent to one run; if the image is not reusable, an exchange for a new
   * container.
   */
  private final class WarmSandbox implements RunSandbox {

    private final WarmContainer container;
    private boolean givenBack;

    WarmSandbox(WarmContainer container) {
      this.container = container;
    }

    @Override
    public Exchange exchange() {
      return container.exchange();
    }

    @Override
    public RunningContainer start(ContainerSpec spec, CommandStart start) {
      if (!notReusable.contains(container.key()) && start.obstacle(spec).isEmpty()) {
        try {
          new WarmPrograms(start, spec)
              .obstacle()
              .ifPresent(
                  reason -> {
                    throw new NotReusableException(reason);
                  });
          return container.run(spec);
        } catch (NotReusableException e) {
          if (notReusable.add(container.key())) {
            LOG.warn(
                "Each run of {} gets a new container in spite of spark.lofn.container.reuse: {}",
                spec.image(),
                e.getMessage());
          }
        }
      }
      container.retire();
      return single.start(container.key().runtime(), spec, exchange(), start);
    }

    @Override
    public synchronized void close() {
      if (!givenBack) {
        givenBack = true;
        giveBack(container);
      }
    }
  }
}
