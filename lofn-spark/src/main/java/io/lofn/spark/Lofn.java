package io.lofn.spark;

import io.lofn.api.Tool;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/**
 * The entry point: runs tools over the partitions of Spark data. Immutable and thread-safe. There
 * is nothing to close: RDDs are lazy, and what runs on the executors ends with them.
 *
 * <pre>{@code
 * Lofn lofn = Lofn.on(spark);
 * JavaRDD<String> counts = lofn.map(lines, count);
 * List<String> totals = lofn.reduce(counts, merge).collect();
 * }</pre>
 */
public final class Lofn {

  private final LofnConf conf;

  private Lofn(Map<String, String> entries) {
    conf = new LofnConf(entries);
    conf.requireValid(RuntimeProviders.discover().byName().values());
  }

  /**
   * lofn with the {@code spark.lofn.*} configuration of a session and its context.
   *
   * @param spark the session
   * @return the entry point
   * @throws io.lofn.api.LofnException if a key is unknown or a value is not of its type
   */
  public static Lofn on(SparkSession spark) {
    Map<String, String> entries = entriesOf(new JavaSparkContext(spark.sparkContext()));
    // Only SQL lists the session's keys without a Scala collection, which would bind to one Scala.
    for (Row row : spark.sql("SET").collectAsList()) {
      String key = row.getString(0);
      if (key.startsWith(LofnConf.PREFIX)) {
        entries.put(key, spark.conf().get(key));
      }
    }
    return new Lofn(entries);
  }

  /**
   * lofn with the {@code spark.lofn.*} configuration of a context.
   *
   * @param spark the context
   * @return the entry point
   * @throws io.lofn.api.LofnException if a key is unknown or a value is not of its type
   */
  public static Lofn on(JavaSparkContext spark) {
    return new Lofn(entriesOf(spark));
  }

  private static Map<String, String> entriesOf(JavaSparkContext spark) {
    Map<String, String> entries = new HashMap<>();
    for (Tuple2<String, String> entry : spark.getConf().getAll()) {
      if (entry._1.startsWith(LofnConf.PREFIX)) {
        entries.put(entry._1, entry._2);
      }
    }
    return entries;
  }

  /**
   * Runs a tool over each partition, in one container a partition. Lazy; partition i of the result
   * is the output for partition i of the data.
   *
   * <pre>{@code
   * JavaRDD<String> counts = lofn.map(lines, Tool.lines("busybox:1")
   *     .shell("sort /shared/input.txt | uniq -c > /shared/output.txt"));
   * }</pre>
   *
   * @param <I> the type of the records that go in
   * @param <O> the type of the records that come out
   * @param rdd the data
   * @param tool the tool
   * @return the output
   * @throws io.lofn.api.LofnException if the tool asks for what the configuration does not allow
   */
  public <I, O> JavaRDD<O> map(JavaRDD<I> rdd, Tool<I, O> tool) {
    return rdd.mapPartitions(function("map", tool)).setName("lofn map " + tool.image());
  }

  /**
   * Reduces all partitions to one with a tool: each partition is reduced, then neighbours are
   * merged, {@code spark.lofn.reduce.fanIn} at a time, until one is left. Lazy; the tool runs on
   * the executors only, and sees records in their order. It must be associative, as {@code sort},
   * {@code cat} or a sum are; it need not be commutative.
   *
   * <pre>{@code
   * JavaRDD<String> total = lofn.reduce(counts, Tool.pipe("busybox:1")
   *     .command("awk", "{n += $1} END {print n}"));
   * }</pre>
   *
   * @param <T> the type of the records
   * @param rdd the data
   * @param tool the tool
   * @return one partition, or none if the data has none
   * @throws io.lofn.api.LofnException if the tool asks for what the configuration does not allow
   */
  public <T> JavaRDD<T> reduce(JavaRDD<T> rdd, Tool<T, T> tool) {
    return reduce(rdd, tool, ReduceShape.fanIn(conf.get(LofnConf.REDUCE_FAN_IN)));
  }

  /**
   * Reduces as {@link #reduce(JavaRDD, Tool)}, by a tree of a given shape.
   *
   * @param <T> the type of the records
   * @param rdd the data
   * @param tool the tool
   * @param shape the fan-in or the depth of the tree
   * @return one partition, or none if the data has none
   * @throws io.lofn.api.LofnException if the tool asks for what the configuration does not allow
   */
  public <T> JavaRDD<T> reduce(JavaRDD<T> rdd, Tool<T, T> tool, ReduceShape shape) {
    int fanIn = shape.fanInFor(rdd.getNumPartitions());
    return new TreeReduce<>(function("reduce", tool), fanIn).reduce(rdd);
  }

  /**
   * A tool as a function for {@code mapPartitions} of an RDD or a Dataset.
   *
   * @param <I> the type of the records that go in
   * @param <O> the type of the records that come out
   * @param tool the tool
   * @return the function
   * @throws io.lofn.api.LofnException if the tool asks for what the configuration does not allow
   */
  public <I, O> ToolFunction<I, O> function(Tool<I, O> tool) {
    return function("mapPartitions", tool);
  }

  private <I, O> ToolFunction<I, O> function(String operator, Tool<I, O> tool) {
    new SafetyGate(conf).check(tool);
    return new ToolFunction<>(operator, tool, conf);
  }
}
