package io.lofn.spark.executor;

import io.lofn.core.task.TaskIdentity;
import io.lofn.core.task.TaskScope;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskContext$;
import org.apache.spark.TaskKilledException;
import org.apache.spark.rdd.InputFileBlockHolder;
import org.apache.spark.util.TaskCompletionListener;
import org.slf4j.MDC;
import scala.Option;

/** The task of Spark that a run works for. */
public final class SparkTaskScope implements TaskScope {

  private final TaskContext context;
  private final TaskIdentity identity;

  private SparkTaskScope(TaskContext context) {
    this.context = context;
    this.identity =
        new TaskIdentity(
            SparkEnv.get().conf().getAppId(),
            context.stageId(),
            context.partitionId(),
            context.attemptNumber(),
            context.taskAttemptId());
  }

  /** Returns the task of the calling thread. */
  public static TaskScope current() {
    TaskContext context = TaskContext.get();
    if (context == null) {
      throw new IllegalStateException("A tool runs only in a Spark task");
    }
    return new SparkTaskScope(context);
  }

  @Override
  public TaskIdentity identity() {
    return identity;
  }

  @Override
  public double cpus() {
    return context.cpus();
  }

  @Override
  public Optional<String> inputFile() {
    return Optional.of(InputFileBlockHolder.getInputFilePath().toString())
        .filter(path -> !path.isEmpty());
  }

  @Override
  public boolean isCancelled() {
    return context.isInterrupted();
  }

  /** With Spark's own reason, which its listeners and its UI are to see. */
  @Override
  public RuntimeException cancellation() {
    Option<String> reason = context.getKillReason();
    return new TaskKilledException(reason.isDefined() ? reason.get() : "the task was killed");
  }

  @Override
  public void onCompletion(Runnable action) {
    context.addTaskCompletionListener((TaskCompletionListener) ignored -> action.run());
  }

  @Override
  public Runnable adopt(Runnable action) {
    Map<String, String> diagnostics = MDC.getCopyOfContextMap();
    return () -> {
      TaskContext$.MODULE$.setTaskContext(context);
      if (diagnostics != null) {
        MDC.setContextMap(diagnostics);
      }
      try {
        action.run();
      } finally {
        MDC.clear();
        TaskContext$.MODULE$.unset();
      }
    };
  }
}
