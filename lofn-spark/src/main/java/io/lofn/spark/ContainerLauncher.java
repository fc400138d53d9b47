package io.lofn.spark;

import static java.util.Objects.requireNonNull;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.api.Volume;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Mount;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.StagedVolume;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings what one run needs to the node, and starts its container. Used by the task's thread. */
final class ContainerLauncher implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ContainerLauncher.class);

  private final RunPlan plan;
  private final TaskScope task;
  private final Node node;
  private final FailureReport report;
  private final List<StagedVolume> volumes = new ArrayList<>();
  private final SelectedRuntime runtime;
  private final List<Mount> mounts;
  private final Belongings containers = new Belongings();
  private final Belongings places = new Belongings();
  private volatile @Nullable Exchange own;
  private PreparedImage image;
  private @Nullable Workplace workplace;
  private volatile @Nullable ContainerSpec started;

  /** Chooses the runtime, prepares the image and stages the volumes. */
  ContainerLauncher(RunPlan plan, TaskScope task, Node node, FailureReport report) {
    this.plan = plan;
    this.task = task;
    this.node = node;
    this.report = report;
    this.runtime = node.calls().callPatiently(task, node.runtime()::get);
    report.runtime(runtime);
    node.lacks().check(plan.tool(), runtime);
    node.gate().check(plan.tool(), runtime);
    this.image = prepareImage();
    probeMounts();
    try {
      this.mounts = stageVolumes();
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private PreparedImage prepareImage() {
    PreparedImage prepared =
        orGiveUp(
            () ->
                node.calls()
                    .callPatiently(
                        task,
                        () -> node.images().prepare(runtime, plan.image(), plan.task().stage())));
    report.image(prepared);
    return prepared;
  }

  private void probeMounts() {
    PreparedImage prepared = image;
    Supplier<Boolean> probe =
        () -> {
          node.probe().check(runtime, prepared, plan.task());
          node.probe().checkUser(runtime, prepared, plan.tool(), plan.task());
          return true;
        };
    orGiveUp(() -> node.calls().call(task, probe));
  }

  private List<Mount> stageVolumes() {
    List<Mount> staged = new ArrayList<>();
    for (Volume volume : plan.tool().volumes()) {
      StagedVolume data =
          node.calls()
              .callInterruptibly(task, () -> node.volumes().stage(volume), StagedVolume::close);
      volumes.add(data);
      node.meters().staged(data);
      node.gate().checkSource(plan.tool(), data.path());
      node.lacks().checkSubmounts(plan.tool(), runtime, volume, data.path());
      staged.add(new Mount(data.path(), volume.target(), volume.isReadOnly()));
    }
    return staged;
  }

  /** The exchange of this run: empty, and of nobody else meanwhile. */
  Exchange exchange() {
    Workplace place = places.hold(new GuardedWorkplace(openWorkplace()));
    workplace = place;
    return place.exchange();
  }

  private Workplace openWorkplace() {
    if (plan.reuse() && mayServeOthers()) {
      WarmShape shape = WarmShape.of(plan, runtime.runtime(), image.id(), mounts);
      if (!node.warm().isUnfit(shape)) {
        synchronized (volumes) {
          return node.warm().take(shape, plan, volumes);
        }
      }
    }
    Exchange exchange = newExchange();
    own = exchange;
    return new NewWorkplace(exchange, runtime.runtime(), node.containers());
  }

  private boolean mayServeOthers() {
    boolean kept = new ImageVolumes(image).areKept(RunMounts.targets(plan, mounts));
    if (kept) {
      LOG.info(
          "A run of {} has a container of its own, whatever spark.lofn.container.reuse says: its image declares volumes, which keep what a run leaves there",
          image.reference());
    }
    return !kept;
  }

  private Exchange newExchange() {
    boolean anyUser = plan.tool().settings().user().isPresent();
    Optional<Exchange> inMemory =
        plan.mayUseMemory()
            ? node.exchanges().createInMemory(plan.task(), anyUser)
            : Optional.empty();
    return inMemory.orElseGet(() -> node.exchanges().create(plan.task(), anyUser));
  }

  /** Starts the container; an image that went away meanwhile is prepared once more. */
  ContainerSession start() {
    try {
      return startOnce();
    } catch (ImageUnavailableException e) {
      if (plan.image().request().policy() == PullPolicy.NEVER) {
        throw e;
      }
      LOG.info("The image {} is gone from the node and prepared again", plan.tool().image());
      node.images().forget(runtime, plan.image(), plan.task().stage());
      image = prepareImage();
      return startOnce();
    }
  }

  private ContainerSession startOnce() {
    Workplace place = requireNonNull(workplace);
    CommandStart start = plan.start(image);
    ContainerSpec wanted = spec(place.exchange());
    start.checkSpace(wanted);
    node.lacks().checkDevices(plan.tool(), runtime, wanted);
    ContainerSession session =
        orGiveUp(() -> node.calls().call(task, () -> begin(place, start), ContainerSession::close));
    report.container(session.container().id());
    return session;
  }

  /** Takes the container over where it has started: the run may be over by now. */
  private ContainerSession begin(Workplace place, CommandStart start) {
    ContainerSpec spec = spec(place.exchange());
    started = spec;
    return containers.hold(ContainerSession.of(place.start(spec, start), plan, node.threads()));
  }

  /** An engine that failed for good may be replaced by another one for the next attempt. */
  private <T> T orGiveUp(Supplier<T> call) {
    try {
      return call.get();
    } catch (EngineException e) {
      if (e.isTransient()) {
        node.runtime().failed(runtime);
      }
      throw e;
    }
  }

  SelectedRuntime runtime() {
    return runtime;
  }

  /** What was started last. Nothing is made for it any more: a tool has been there. */
  Optional<ContainerSpec> started() {
    return Optional.ofNullable(started);
  }

  /** What is to be started, with the directories that it mounts. */
  private ContainerSpec spec(Exchange exchange) {
    List<Mount> all =
        new RunMounts(plan, exchange, mounts)
            .make(new ImageVolumes(image), runtime.runtime().lacks());
    return plan.spec(node.ownership().newName("lofn", plan.task()), image, all);
  }

  /** Removes the container, also one whose start is under way. By any thread; idempotent. */
  void endContainer() {
    containers.close();
  }

  /** Lets the volumes go, and the exchange with all that is in it. By any thread; idempotent. */
  @Override
  public void close() {
    Closing.all(containers, places, this::letVolumesGo);
  }

  private void letVolumesGo() {
    List<StagedVolume> left;
    synchronized (volumes) {
      left = List.copyOf(volumes);
      volumes.clear();
    }
    Exchange mounted = own;
    if (mounted == null) { // what a warm container mounts it holds itself
      Closing.all(left);
    } else {
      mounted.whenUnmounted(() -> Closing.all(left));
    }
  }
}
