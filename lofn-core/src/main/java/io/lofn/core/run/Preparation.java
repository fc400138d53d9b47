package io.lofn.core.run;

import io.lofn.api.EngineException;
import io.lofn.api.Volume;
import io.lofn.core.image.ImagePreparer;
import io.lofn.core.image.ImageRequirement;
import io.lofn.core.plan.RunPlan;
import io.lofn.core.policy.FeatureCheck;
import io.lofn.core.policy.SecurityPolicy;
import io.lofn.core.probe.StartProbe;
import io.lofn.core.runtime.NodeRuntime;
import io.lofn.core.runtime.SelectedRuntime;
import io.lofn.core.storage.VolumeStaging;
import io.lofn.core.task.RunMetrics;
import io.lofn.core.task.TaskCalls;
import io.lofn.core.task.TaskScope;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RuntimeFeature;
import io.lofn.spi.StagedVolume;
import jakarta.inject.Inject;
import java.util.function.Supplier;

/**
 * Prepares what runs need on the node, on other threads than the tasks', unless it is there
 * already. Thread-safe.
 */
final class Preparation {

  private final TaskCalls calls;
  private final NodeRuntime runtimes;
  private final FeatureCheck featureCheck;
  private final SecurityPolicy gate;
  private final ImagePreparer images;
  private final VolumeStaging volumes;
  private final StartProbe probe;
  private final RunMetrics metrics;

  @Inject
  Preparation(
      TaskCalls calls,
      NodeRuntime runtimes,
      FeatureCheck featureCheck,
      SecurityPolicy gate,
      ImagePreparer images,
      VolumeStaging volumes,
      StartProbe probe,
      RunMetrics metrics) {
    this.calls = calls;
    this.runtimes = runtimes;
    this.featureCheck = featureCheck;
    this.gate = gate;
    this.images = images;
    this.volumes = volumes;
    this.probe = probe;
    this.metrics = metrics;
  }

  /** Returns the node's runtime. */
  SelectedRuntime runtime(TaskScope task) {
    return runtimes.selected().orElseGet(() -> calls.callPatiently(task, runtimes::get));
  }

  /** Refuses what a run asks for and its runtime does not support, or must not give. */
  void check(RunPlan plan, SelectedRuntime runtime) {
    featureCheck.check(plan.tool(), runtime);
    gate.check(plan.tool(), runtime);
  }

  /** Makes an image present on this node. */
  PreparedImage image(SelectedRuntime runtime, ImageRequirement image, TaskScope task) {
    int stage = task.identity().stage();
    return images
        .prepared(runtime, image, stage)
        .orElseGet(() -> calls.callPatiently(task, () -> images.prepare(runtime, image, stage)));
  }

  /** Forgets an image that the engine does not have any more. */
  void forget(SelectedRuntime runtime, ImageRequirement image, TaskScope task) {
    images.forget(runtime, image, task.identity().stage());
  }

  /**
   * Probes what a container of an image sees of this node, and what this node sees of the
   * container.
   */
  void probe(SelectedRuntime runtime, PreparedImage image, RunPlan plan, TaskScope task) {
    if (!probe.isDue(runtime, image, plan.tool())) {
      return;
    }
    Supplier<Boolean> look =
        () -> {
          probe.check(runtime, image, plan.task());
          probe.checkUser(runtime, image, plan.tool(), plan.task());
          return true;
        };
    orGiveUp(runtime, () -> calls.call(task, look));
  }

  EngineException explain(
      SelectedRuntime on, PreparedImage image, RunPlan plan, TaskScope task, EngineException e) {
    return calls.call(task, () -> probe.explain(on, image, plan.task(), e));
  }

  /** Stages a volume, which the caller closes. */
  StagedVolume stage(SelectedRuntime runtime, Volume volume, TaskScope task) {
    boolean open =
        runtime.runtime().unsupportedFeatures().contains(RuntimeFeature.READ_ONLY_MOUNTS);
    return calls.callInterruptibly(task, () -> volumes.stage(volume, open), StagedVolume::close);
  }

  /** Counts a volume; refuses it if a tool must not see its source, or could write to it. */
  void check(RunPlan plan, SelectedRuntime runtime, Volume volume, StagedVolume data) {
    metrics.staged(data);
    gate.checkSource(plan.tool(), data.path());
    featureCheck.checkSubmounts(plan.tool(), runtime, volume, data.path());
  }

  /** Refuses a container whose devices are not allowed, or not supported. */
  void check(RunPlan plan, SelectedRuntime runtime, ContainerSpec spec) {
    gate.checkDevices(plan.tool(), spec);
    featureCheck.checkDevices(plan.tool(), runtime, spec);
  }

  /** Reports a permanent failure of an engine; the next attempt may use another engine. */
  <T> T orGiveUp(SelectedRuntime runtime, Supplier<T> call) {
    try {
      return call.get();
    } catch (EngineException e) {
      if (e.isTransient()) {
        runtimes.failed(runtime);
      }
      throw e;
    }
  }
}
