package io.lofn.spark.executor;

import java.util.Map;
import java.util.WeakHashMap;
import org.apache.spark.SparkContext;

/**
 * Has the runs without records of each context of this driver counted, and its stages looked at.
 */
final class EmptyPartitionsWatch {

  private static final Map<SparkContext, EmptyRuns> OF_CONTEXTS = new WeakHashMap<>();

  private EmptyPartitionsWatch() {}

  /** Where runs of a context are counted: the same for all its tools. */
  static EmptyRuns of(SparkContext context) {
    synchronized (OF_CONTEXTS) {
      return OF_CONTEXTS.computeIfAbsent(context, EmptyPartitionsWatch::begin);
    }
  }

  private static EmptyRuns begin(SparkContext context) {
    EmptyRuns runs = new EmptyRuns();
    context.register(runs);
    context.addSparkListener(new EmptyPartitionsListener(runs));
    return runs;
  }
}
