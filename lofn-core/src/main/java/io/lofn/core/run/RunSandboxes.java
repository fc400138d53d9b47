package io.lofn.core.run;

import io.lofn.core.container.FreshSandbox;
import io.lofn.core.container.PipedContainers;
import io.lofn.core.container.RunSandbox;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.exchange.ExchangeDirectories;
import io.lofn.core.plan.ImageVolumes;
import io.lofn.core.plan.RunMounts;
import io.lofn.core.plan.RunPlan;
import io.lofn.core.warm.ReuseKey;
import io.lofn.core.warm.WarmContainers;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.Mount;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.StagedVolume;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives each run a sandbox: one that has served other runs, or a new one. Thread-safe. */
final class RunSandboxes {

  private static final Logger LOG = LoggerFactory.getLogger(RunSandboxes.class);

  private final WarmContainers warm;
  private final ExchangeDirectories exchanges;
  private final PipedContainers containers;

  @Inject
  RunSandboxes(WarmContainers warm, ExchangeDirectories exchanges, PipedContainers containers) {
    this.warm = warm;
    this.exchanges = exchanges;
    this.containers = containers;
  }

  /**
   * Returns a sandbox whose container serves one run after another.
   *
   * @param volumes the data of the mounts; a new container takes ownership, and the list is empty
   *     then
   * @return empty if the run needs a new container
   */
  Optional<RunSandbox> shared(
      RunPlan plan,
      ContainerRuntime runtime,
      PreparedImage image,
      List<Mount> mounts,
      List<StagedVolume> volumes) {
    if (!plan.reuse() || !mayServeOthers(plan, image, mounts)) {
      return Optional.empty();
    }
    ReuseKey key =
        ReuseKey.of(
            runtime, image.id(), plan.exchangePath(), plan.ownTmp(), mounts, plan.settings());
    return warm.isNotReusable(key)
        ? Optional.empty()
        : Optional.of(warm.take(key, plan.task(), plan.anyUser(), volumes));
  }

  private static boolean mayServeOthers(RunPlan plan, PreparedImage image, List<Mount> mounts) {
    boolean kept = new ImageVolumes(image).areKept(RunMounts.targets(plan, mounts));
    if (kept) {
      LOG.info(
          "Each run of {} gets a new container in spite of spark.lofn.container.reuse: its"
              + " image declares volumes, which would keep the files of one run for the next",
          image.reference());
    }
    return !kept;
  }

  /** Returns a sandbox for one run. */
  RunSandbox ofOneRun(RunPlan plan, ContainerRuntime runtime) {
    Optional<Exchange> inMemory =
        plan.mayUseMemory()
            ? exchanges.createInMemory(plan.task(), plan.anyUser())
            : Optional.empty();
    Exchange exchange = inMemory.orElseGet(() -> exchanges.create(plan.task(), plan.anyUser()));
    return new FreshSandbox(exchange, runtime, containers);
  }
}
