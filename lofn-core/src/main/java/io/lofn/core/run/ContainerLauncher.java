package io.lofn.core.run;

import static java.util.Objects.requireNonNull;

import io.lofn.api.EngineException;
import io.lofn.api.ImageUnavailableException;
import io.lofn.api.PullPolicy;
import io.lofn.api.Volume;
import io.lofn.core.container.ContainerSession;
import io.lofn.core.container.GuardedSandbox;
import io.lofn.core.container.RunSandbox;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.exchange.RunResources;
import io.lofn.core.node.ContainerLabels;
import io.lofn.core.plan.ImageVolumes;
import io.lofn.core.plan.RunMounts;
import io.lofn.core.plan.RunPlan;
import io.lofn.core.report.FailureReport;
import io.lofn.core.runtime.SelectedRuntime;
import io.lofn.core.shell.CommandStart;
import io.lofn.core.task.Closing;
import io.lofn.core.task.PhaseClock;
import io.lofn.core.task.RunPhase;
import io.lofn.core.task.TaskCalls;
import io.lofn.core.task.TaskScope;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.Mount;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.StagedVolume;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Prepares the node for one run, and starts its container. Used by the task's thread. */
final class ContainerLauncher implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ContainerLauncher.class);

  private final RunPlan plan;
  private final TaskScope task;
  private final Preparation preparation;
  private final RunSandboxes sandboxes;
  private final TaskCalls calls;
  private final ContainerLabels containerLabels;
  private final Executor threads;
  private final FailureReport report;
  private final PhaseClock clock;
  private final List<StagedVolume> volumes = new ArrayList<>();
  private final SelectedRuntime runtime;
  private final List<Mount> mounts;
  private final RunResources containers = new RunResources();
  private final RunResources places = new RunResources();
  private volatile @Nullable Exchange own;
  private PreparedImage image;
  private @Nullable RunSandbox sandbox;
  private volatile @Nullable ContainerSpec started;
  private volatile Optional<String> inputFile = Optional.empty();

  /** Chooses the runtime, prepares the image and stages the volumes. */
  ContainerLauncher(
      RunPlan plan,
      TaskScope task,
      Preparation preparation,
      RunSandboxes sandboxes,
      TaskCalls calls,
      ContainerLabels containerLabels,
      Executor threads,
      FailureReport report,
      PhaseClock clock) {
    this.plan = plan;
    this.task = task;
    this.preparation = preparation;
    this.sandboxes = sandboxes;
    this.calls = calls;
    this.containerLabels = containerLabels;
    this.threads = threads;
    this.report = report;
    this.clock = clock;
    this.runtime = preparation.runtime(task);
    report.runtime(runtime);
    preparation.check(plan, runtime);
    clock.end(RunPhase.QUEUE);
    this.image = prepareImage();
    preparation.probe(runtime, image, plan, task);
    clock.end(RunPhase.IMAGE);
    try {
      this.mounts = stageVolumes();
      clock.end(RunPhase.VOLUMES);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private PreparedImage prepareImage() {
    PreparedImage prepared =
        preparation.orGiveUp(runtime, () -> preparation.image(runtime, plan.image(), task));
    report.image(prepared);
    return prepared;
  }

  private List<Mount> stageVolumes() {
    List<Mount> staged = new ArrayList<>();
    for (Volume volume : plan.tool().volumes()) {
      StagedVolume data = preparation.stage(runtime, volume, task);
      volumes.add(data);
      preparation.check(plan, runtime, volume, data);
      staged.add(new Mount(data.path(), volume.target(), volume.isReadOnly()));
    }
    return staged;
  }

  /** Returns the exchange of this run: empty, and not shared with others. */
  Exchange exchange() {
    RunSandbox place = places.hold(new GuardedSandbox(openSandbox()));
    sandbox = place;
    clock.end(RunPhase.EXCHANGE);
    return place.exchange();
  }

  private RunSandbox openSandbox() {
    Optional<RunSandbox> shared;
    synchronized (volumes) {
      shared = sandboxes.shared(plan, runtime.runtime(), image, mounts, volumes);
    }
    return shared.orElseGet(
        () -> {
          RunSandbox place = sandboxes.ofOneRun(plan, runtime.runtime());
          own = place.exchange();
          return place;
        });
  }

  /** Notes the file that Spark reads the partition from, for the tool. */
  void inputFile(Optional<String> path) {
    inputFile = path;
  }

  /** Starts the container; prepares an image once more that has disappeared meanwhile. */
  ContainerSession start() {
    try {
      return startOnce();
    } catch (ImageUnavailableException e) {
      if (plan.image().request().policy() == PullPolicy.NEVER) {
        throw e;
      }
      LOG.info("Image {} has disappeared from the node; preparing it again", plan.tool().image());
      preparation.forget(runtime, plan.image(), task);
      image = prepareImage();
      return startOnce();
    } catch (EngineException e) {
      throw preparation.explain(runtime, image, plan, task, e);
    }
  }

  private ContainerSession startOnce() {
    RunSandbox place = requireNonNull(sandbox);
    CommandStart start = plan.start(image);
    ContainerSpec wanted = spec(place.exchange());
    start.checkSpace(wanted);
    preparation.check(plan, runtime, wanted);
    ContainerSession session =
        preparation.orGiveUp(
            runtime, () -> calls.call(task, () -> begin(place, start), ContainerSession::close));
    report.container(session.container().id());
    return session;
  }

  /** Starts the container and takes ownership of it, since the run may be over by then. */
  private ContainerSession begin(RunSandbox place, CommandStart start) {
    ContainerSpec spec = spec(place.exchange());
    started = spec;
    return containers.hold(ContainerSession.of(place.start(spec, start), plan.terms(), threads));
  }

  SelectedRuntime runtime() {
    return runtime;
  }

  /** Returns the last started container. Nothing is made for it any more, since a tool has run. */
  Optional<ContainerSpec> started() {
    return Optional.ofNullable(started);
  }

  /** Returns the container to start, and makes the directories that it mounts. */
  private ContainerSpec spec(Exchange exchange) {
    List<Mount> all =
        new RunMounts(plan, exchange, mounts)
            .make(new ImageVolumes(image), runtime.runtime().unsupportedFeatures());
    return plan.spec(containerLabels.newName("lofn", plan.task()), image, all, inputFile);
  }

  /** Removes the container, also one whose start is in progress. By any thread; idempotent. */
  void endContainer() {
    containers.close();
  }

  /** Releases the volumes, and deletes the exchange with its files. By any thread; idempotent. */
  @Override
  public void close() {
    Closing.all(containers, places, this::releaseVolumes);
  }

  private void releaseVolumes() {
    List<StagedVolume> left;
    synchronized (volumes) {
      left = List.copyOf(volumes);
      volumes.clear();
    }
    Exchange mounted = own;
    if (mounted == null) { // a warm container holds its mounts itself
      Closing.all(left);
    } else {
      mounted.whenUnmounted(() -> Closing.all(left));
    }
  }
}
