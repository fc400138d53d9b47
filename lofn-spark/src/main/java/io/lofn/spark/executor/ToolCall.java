package io.lofn.spark.executor;

import io.lofn.api.EmptyPartitions;
import io.lofn.api.Tool;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.image.DigestResolver;
import io.lofn.core.image.ImageOnNode;
import io.lofn.core.image.ImageRequirement;
import io.lofn.core.run.ToolRunner;
import io.lofn.core.task.TaskScope;
import io.lofn.spark.executor.ExecutorInjector.Lease;
import java.io.IOException;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.jspecify.annotations.Nullable;

/** A tool as it travels to the tasks that run it. */
public final class ToolCall<I, O> implements Serializable {

  private static final long serialVersionUID = 1L;

  private final String operator;
  private final Tool<I, O> tool;
  private final HashMap<String, String> conf;

  /** The digest of the image, if the driver knows it. */
  private final @Nullable String digest;

  /** Where runs without records are counted; null where there are none. */
  private final @Nullable EmptyRuns emptyRuns;

  private ToolCall(
      String operator,
      Tool<I, O> tool,
      LofnConfig conf,
      @Nullable String digest,
      @Nullable EmptyRuns emptyRuns) {
    this.operator = operator;
    this.tool = tool;
    this.conf = new HashMap<>(conf.entries());
    this.digest = digest;
    this.emptyRuns = emptyRuns;
  }

  /** Makes a call whose tasks all run the image with its current digest, if that is known. */
  public static <I, O> ToolCall<I, O> onDriver(
      String operator, Tool<I, O> tool, LofnConfig conf, SparkContext context) {
    SentFunctions.check(tool);
    boolean skipsEmpty =
        tool.emptyPartitions().orElseGet(() -> conf.get(LofnConfig.EMPTY_PARTITIONS))
            == EmptyPartitions.SKIP;
    try (Lease lofn = ExecutorInjector.ofDriver(conf.entries())) {
      Optional<String> digest = lofn.get(DigestResolver.class).digest(tool);
      return new ToolCall<>(
          operator,
          tool,
          conf,
          digest.orElse(null),
          skipsEmpty ? null : EmptyPartitionsWatch.of(context));
    }
  }

  /** Returns this call with the name of a tree's level for failure reports. */
  public ToolCall<I, O> atLevel(int level) {
    return new ToolCall<>(
        operator + ", level " + level, tool, new LofnConfig(conf), digest, emptyRuns);
  }

  /** Returns this call for another layout of the same tool. */
  public <J> ToolCall<J, O> with(Tool<J, O> other) {
    SentFunctions.check(other);
    return new ToolCall<>(operator, other, new LofnConfig(conf), digest, emptyRuns);
  }

  public String operator() {
    return operator;
  }

  public Tool<I, O> tool() {
    return tool;
  }

  /** Makes the image present on the node of the current task. */
  public ImageOnNode prepareImage() {
    try (Lease lofn = ExecutorInjector.ofExecutor(conf)) {
      return lofn.get(ToolRunner.class).prepareImage(tool, image(), SparkTaskScope.current());
    }
  }

  private ImageRequirement image() {
    return ImageRequirement.of(tool, new LofnConfig(conf), Optional.ofNullable(digest));
  }

  /** Runs the tool over the partition of the current task. */
  public Iterator<O> call(Iterator<I> records) throws IOException {
    return call(records, SparkTaskScope.current());
  }

  /**
   * Runs the tool over some of the records of a task.
   *
   * @param task the current task, or a part of it that ends before
   */
  public Iterator<O> call(Iterator<I> records, TaskScope task) throws IOException {
    EmptyRuns counted = emptyRuns;
    if (counted == null) {
      return run(records, task);
    }
    WatchedRun<I, O> run = new WatchedRun<>();
    run.countIn(counted, task);
    return run.out(run(run.in(records), task));
  }

  private Iterator<O> run(Iterator<I> records, TaskScope task) throws IOException {
    try (Lease lofn = ExecutorInjector.ofExecutor(conf)) {
      return lofn.get(ToolRunner.class).run(operator, tool, image(), records, task);
    }
  }
}
