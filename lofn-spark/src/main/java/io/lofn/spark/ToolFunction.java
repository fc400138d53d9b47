package io.lofn.spark;

import io.lofn.spark.executor.ToolCall;
import java.io.IOException;
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

  private final ToolCall<I, O> call;

  ToolFunction(ToolCall<I, O> call) {
    this.call = call;
  }

  /** Returns the call of the tool. */
  ToolCall<I, O> call() {
    return call;
  }

  @Override
  public Iterator<O> call(Iterator<I> records) throws IOException {
    return call.call(records);
  }
}
