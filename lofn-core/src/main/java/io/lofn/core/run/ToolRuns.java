package io.lofn.core.run;

import io.lofn.api.Tool;
import io.lofn.core.node.ContainerLabels;
import io.lofn.core.plan.RunPlan;
import io.lofn.core.task.RunMetrics;
import io.lofn.core.task.RunWatchdog;
import io.lofn.core.task.TaskCalls;
import io.lofn.core.task.TaskScope;
import jakarta.inject.Inject;
import java.util.concurrent.ExecutorService;

/** Makes the runs of this executor, each with the services that it uses. Thread-safe. */
final class ToolRuns {

  private final Preparation preparation;
  private final RunSandboxes sandboxes;
  private final TaskCalls calls;
  private final ContainerLabels containerLabels;
  private final RunWatchdog watchdog;
  private final RunMetrics metrics;
  private final ExecutorService threads;

  @Inject
  ToolRuns(
      Preparation preparation,
      RunSandboxes sandboxes,
      TaskCalls calls,
      ContainerLabels containerLabels,
      RunWatchdog watchdog,
      RunMetrics metrics,
      ExecutorService threads) {
    this.preparation = preparation;
    this.sandboxes = sandboxes;
    this.calls = calls;
    this.containerLabels = containerLabels;
    this.watchdog = watchdog;
    this.metrics = metrics;
    this.threads = threads;
  }

  <I, O> ToolRun<I, O> of(RunPlan plan, Tool<I, O> tool, TaskScope task) {
    return new ToolRun<>(
        plan,
        tool,
        task,
        (report, clock) ->
            new ContainerLauncher(
                plan, task, preparation, sandboxes, calls, containerLabels, threads, report, clock),
        watchdog,
        metrics,
        threads);
  }
}
