package io.lofn.spark;

import io.lofn.api.Tool;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;

/**
 * A tool as a function of Spark: one partition in, one container run, its output out. Made by
 * {@link Lofn#function}.
 *
 * <pre>{@code
 * lines.mapPartitions(lofn.function(tool));                       // JavaRDD
 * dataset.mapPartitions(lofn.function(tool), Encoders.STRING());  // Dataset
 * }</pre>
 *
 * @param <I> the type of the records that go in
 * @param <O> the type of the records that come out
 */
public final class ToolFunction<I, O>
    implements FlatMapFunction<Iterator<I>, O>, MapPartitionsFunction<I, O> {

  private static final long serialVersionUID = 1L;

  private final String operator;
  private final Tool<I, O> tool;
  private final HashMap<String, String> conf;

  ToolFunction(String operator, Tool<I, O> tool, LofnConf conf) {
    this.operator = operator;
    this.tool = tool;
    this.conf = new HashMap<>(conf.entries());
  }

  /** This function as failure reports are to name it at a level of a tree. */
  ToolFunction<I, O> atLevel(int level) {
    return new ToolFunction<>(operator + ", level " + level, tool, new LofnConf(conf));
  }

  String operator() {
    return operator;
  }

  @Override
  public Iterator<O> call(Iterator<I> records) throws IOException {
    return ExecutorInjector.toolRunner(ExecutorSettings.ofThisExecutor(conf))
        .run(operator, tool, records, SparkTaskScope.current());
  }
}
