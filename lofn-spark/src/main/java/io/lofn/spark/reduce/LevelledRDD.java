package io.lofn.spark.reduce;

import io.lofn.api.Tool;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.DeterministicLevel;
import org.apache.spark.rdd.RDD;
import org.jspecify.annotations.Nullable;
import scala.Enumeration;
import scala.collection.Iterator;

/**
 * The records of another RDD, with the determinism level that Spark's scheduler uses when it
 * recomputes lost partitions. Spark's own {@code mapPartitions} has a parameter for it, but only
 * for Spark itself.
 */
public final class LevelledRDD<T> extends RDD<T> {

  private static final long serialVersionUID = 1L;

  /** For the driver only: no task asks for a level. */
  private transient @Nullable RDD<?> ordered;

  private final boolean orderSensitive;

  private LevelledRDD(JavaRDD<T> parent, @Nullable RDD<?> ordered, boolean orderSensitive) {
    super(parent.rdd(), parent.classTag());
    this.ordered = ordered;
    this.orderSensitive = orderSensitive;
  }

  /**
   * Returns the output of a tool, marked as depending on the order of its input if the tool does.
   */
  public static <T> JavaRDD<T> outputOf(Tool<?, ?> tool, JavaRDD<T> output) {
    return tool.isOrderSensitive() ? new LevelledRDD<>(output, null, true).toJavaRDD() : output;
  }

  /**
   * Returns records that a shuffle has sorted by a unique key. Their order is determinate if the
   * order of the records that the keys count is. Spark assumes that every sorted shuffle has ties.
   *
   * @param counted the records that the keys count
   */
  static <T> JavaRDD<T> sorted(JavaRDD<T> records, JavaRDD<?> counted) {
    return new LevelledRDD<>(records, counted.rdd(), false).toJavaRDD();
  }

  @Override
  public Enumeration.Value getOutputDeterministicLevel() {
    RDD<?> decides = ordered;
    Enumeration.Value level =
        decides == null ? super.getOutputDeterministicLevel() : decides.outputDeterministicLevel();
    return orderSensitive && level.equals(DeterministicLevel.UNORDERED())
        ? DeterministicLevel.INDETERMINATE()
        : level;
  }

  @Override
  public Iterator<T> compute(Partition split, TaskContext task) {
    return firstParent(elementClassTag()).iterator(split, task);
  }

  @Override
  public Partition[] getPartitions() {
    return firstParent(elementClassTag()).partitions();
  }

  /** Drops the parent, which is not needed once a checkpoint has replaced it. */
  @Override
  public void clearDependencies() {
    super.clearDependencies();
    ordered = null;
  }
}
