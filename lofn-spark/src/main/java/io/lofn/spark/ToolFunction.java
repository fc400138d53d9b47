package io.lofn.spark;

import io.lofn.api.Tool;
import io.lofn.spark.ExecutorInjector.Lease;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Optional;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.jspecify.annotations.Nullable;

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

  /** What the driver knows of the image's bytes. */
  private final @Nullable String digest;

  private ToolFunction(String operator, Tool<I, O> tool, LofnConf conf, @Nullable String digest) {
    this.operator = operator;
    this.tool = tool;
    this.conf = new HashMap<>(conf.entries());
    this.digest = digest;
  }

  /**
   * A function whose tasks all run the bytes that the image stands for now, if that can be told.
   */
  static <I, O> ToolFunction<I, O> onDriver(String operator, Tool<I, O> tool, LofnConf conf) {
    SentFunctions.check(tool);
    try (Lease lofn = ExecutorInjector.ofDriver(conf.entries())) {
      Optional<String> digest = lofn.get(ImagePins.class).digest(tool);
      return new ToolFunction<>(operator, tool, conf, digest.orElse(null));
    }
  }

  /** This function as failure reports are to name it at a level of a tree. */
  ToolFunction<I, O> atLevel(int level) {
    return new ToolFunction<>(operator + ", level " + level, tool, new LofnConf(conf), digest);
  }

  /** This function for another layout of the same tool. */
  <J> ToolFunction<J, O> with(Tool<J, O> other) {
    SentFunctions.check(other);
    return new ToolFunction<>(operator, other, new LofnConf(conf), digest);
  }

  String operator() {
    return operator;
  }

  Tool<I, O> tool() {
    return tool;
  }

  /** Makes the image present on the node of the current task. */
  NodeImage prepareImage() {
    try (Lease lofn = ExecutorInjector.ofExecutor(conf)) {
      return lofn.get(ToolRunner.class).prepareImage(tool, image(), SparkTaskScope.current());
    }
  }

  private ImageNeed image() {
    return ImageNeed.of(tool, new LofnConf(conf), Optional.ofNullable(digest));
  }

  @Override
  public Iterator<O> call(Iterator<I> records) throws IOException {
    try (Lease lofn = ExecutorInjector.ofExecutor(conf)) {
      return lofn.get(ToolRunner.class)
          .run(operator, tool, image(), records, SparkTaskScope.current());
    }
  }
}
