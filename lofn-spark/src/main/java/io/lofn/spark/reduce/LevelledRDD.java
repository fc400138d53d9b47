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
 * The records of another RDD, with what Spark's scheduler is to believe of them when it makes lost
 * partitions again. Spark's own {@code mapPartitions} takes that for a parameter, but only from
 * Spark itself.
 */
public final class LevelledRDD<T> extends RDD<T> {

  private static final long serialVersionUID = 1L;

  /** For the driver alone: no task asks for a level. */
  private transient @Nullable RDD<?> ordered;

  private final boolean orderSensitive;

  private LevelledRDD(JavaRDD<T> parent, @Nullable RDD<?> ordered, boolean orderSensitive) {
    super(parent.rdd(), parent.classTag());
    this.ordered = ordered;
    this.orderSensitive = orderSensitive;
  }

  /** What a tool made of records whose order it depends on, if it does. */
  public static <T> JavaRDD<T> outputOf(Tool<?, ?> tool, JavaRDD<T> output) {
    return tool.isOrderSensitive() ? new LevelledRDD<>(output, null, true).toJavaRDD() : output;
  }

  /**
   * Records that a shuffle has sorted by a key that no two share: their order is given if that of
   * the records is that the keys count. Spark takes every sorted shuffle for one with ties.
   *
   * @param counted what the keys count
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

  /** What it was made of is not needed any more, once it is kept for good. */
  @Override
  public void clearDependencies() {
    super.clearDependencies();
    ordered = null;
  }
}
