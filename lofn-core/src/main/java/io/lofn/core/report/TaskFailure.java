package io.lofn.core.report;

import io.lofn.api.LayoutException;
import io.lofn.api.LofnException;
import io.lofn.api.ToolFailedException;
import io.lofn.core.plan.RunPlan;
import io.lofn.core.text.Abbreviated;
import io.lofn.core.text.ShellWords;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a failure ready for Spark's logs: it names its run, and has no frames of lofn and Spark.
 */
public final class TaskFailure {

  private static final Logger LOG = LoggerFactory.getLogger(TaskFailure.class);

  private TaskFailure() {}

  /**
   * Completes a failure that a task ends with. One that is no {@link LofnException}, such as that
   * of the code that makes the records, stays as it is.
   *
   * @return the failure
   */
  public static <E extends Throwable> E complete(E failure, RunPlan plan) {
    boolean whole = failure instanceof ToolFailedException || failure instanceof LayoutException;
    if (!whole && failure instanceof LofnException explained) {
      LOG.debug("A run of {} failed", plan.tool().image(), explained);
      boolean named = String.valueOf(explained.getMessage()).contains(plan.task().toString());
      explained.failTask(named ? null : run(plan));
      OwnTrace.cut(explained);
    }
    return failure;
  }

  private static String run(RunPlan plan) {
    return "%s of %s, %s; command %s"
        .formatted(
            plan.operator(),
            plan.tool().image(),
            plan.task(),
            Abbreviated.line(ShellWords.join(plan.tool().argv())));
  }
}
