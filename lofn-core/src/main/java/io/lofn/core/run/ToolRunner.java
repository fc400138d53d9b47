package io.lofn.core.run;

import io.lofn.api.EmptyPartitions;
import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.image.ImageOnNode;
import io.lofn.core.image.ImageRequirement;
import io.lofn.core.node.ContainerLabels;
import io.lofn.core.node.ProcessIdentity;
import io.lofn.core.plan.RunPlan;
import io.lofn.core.policy.CommandCheck;
import io.lofn.core.policy.SecurityPolicy;
import io.lofn.core.report.TaskFailure;
import io.lofn.core.runtime.SelectedRuntime;
import io.lofn.core.task.TaskScope;
import io.lofn.spi.PreparedImage;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.Collections;
import java.util.Iterator;

/** Runs a tool for the task of the calling thread. */
public final class ToolRunner {

  private final SecurityPolicy policy;
  private final Preparation preparation;
  private final ToolRuns runs;
  private final LofnConfig conf;
  private final ContainerLabels containerLabels;

  @Inject
  ToolRunner(
      SecurityPolicy policy,
      Preparation preparation,
      ToolRuns runs,
      LofnConfig conf,
      ContainerLabels containerLabels) {
    this.policy = policy;
    this.preparation = preparation;
    this.runs = runs;
    this.conf = conf;
    this.containerLabels = containerLabels;
  }

  /**
   * Runs a tool over one partition.
   *
   * @param image the image that the tool requires
   * @return the output, read lazily; the run ends with it or with the task
   */
  public <I, O> Iterator<O> run(
      String operator, Tool<I, O> tool, ImageRequirement image, Iterator<I> records, TaskScope task)
      throws IOException {
    RunPlan plan = RunPlan.of(operator, tool, image, task, conf, containerLabels);
    try {
      policy.check(tool);
      CommandCheck.check(tool);
      if (skipsEmpty(tool) && !records.hasNext()) {
        return Collections.emptyIterator();
      }
      return execute(plan, tool, records, task);
    } catch (LofnException e) {
      throw TaskFailure.complete(e, plan);
    }
  }

  private <I, O> Iterator<O> execute(
      RunPlan plan, Tool<I, O> tool, Iterator<I> records, TaskScope task) throws IOException {
    ToolRun<I, O> run = runs.of(plan, tool, task);
    task.onCompletion(run::close);
    try {
      return run.execute(records);
    } catch (Throwable e) {
      run.failed();
      run.close();
      throw e;
    }
  }

  /** Makes a tool's image present on this node, and nothing else. */
  public ImageOnNode prepareImage(Tool<?, ?> tool, ImageRequirement image, TaskScope task) {
    SelectedRuntime runtime = preparation.runtime(task);
    PreparedImage prepared = preparation.image(runtime, image, task);
    return new ImageOnNode(
        ProcessIdentity.current().host(), runtime.name(), tool.image(), prepared.id());
  }

  private boolean skipsEmpty(Tool<?, ?> tool) {
    return tool.emptyPartitions().orElseGet(() -> conf.get(LofnConfig.EMPTY_PARTITIONS))
        == EmptyPartitions.SKIP;
  }
}
