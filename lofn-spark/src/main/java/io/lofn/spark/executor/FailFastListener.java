package io.lofn.spark.executor;

import io.lofn.api.ToolFailedException;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.report.PermanentFailureMarker;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/**
 * Cancels the jobs of a stage when one of its partitions fails repeatedly in the same way. Uses no
 * collection of Scala's: a listener that does not link would stop the whole context. Spark calls it
 * on one thread.
 */
final class FailFastListener extends SparkListener {

  private static final Logger LOG = LoggerFactory.getLogger(FailFastListener.class);

  private final SparkContext context;
  private final Map<Integer, Map<String, Integer>> failuresOfStages = new HashMap<>();

  FailFastListener(SparkContext context) {
    this.context = context;
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    try {
      if (end.reason() instanceof ExceptionFailure failure) {
        Option<Throwable> thrown = failure.exception();
        if (thrown.isDefined()) {
          PermanentFailureMarker.in(thrown.get()).ifPresent(known -> count(end, known));
        }
      }
    } catch (RuntimeException e) {
      LOG.warn(
          "Cannot read the failure of a task of stage {}; fail-fast ignores it", end.stageId(), e);
    }
  }

  private void count(SparkListenerTaskEnd end, ToolFailedException failure) {
    String kind = end.taskInfo().index() + " " + PermanentFailureMarker.kindOf(failure);
    int count =
        failuresOfStages
            .computeIfAbsent(end.stageId(), stage -> new HashMap<>())
            .merge(kind, 1, Integer::sum);
    if (count == PermanentFailureMarker.limitOf(failure)) {
      context.cancelStage(
          end.stageId(),
          "of %s, after a partition has failed %d times in the same way: %s"
              .formatted(LofnConfig.FAIL_FAST.name(), count, failure.getMessage()));
    }
  }

  @Override
  public void onStageCompleted(SparkListenerStageCompleted completed) {
    failuresOfStages.remove(completed.stageInfo().stageId());
  }
}
