package io.lofn.spark;

import io.lofn.api.BinaryFile;
import io.lofn.api.LofnException;
import io.lofn.api.PairWriter;
import io.lofn.api.RecordFunction;
import io.lofn.api.Tool;
import io.lofn.api.ToolSpec;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.document.ToolDocuments;
import io.lofn.core.policy.CommandCheck;
import io.lofn.core.policy.SecurityPolicy;
import io.lofn.core.runtime.RuntimeProviders;
import io.lofn.spark.binary.CollectReduce;
import io.lofn.spark.binary.OutputDirectory;
import io.lofn.spark.binary.ReduceBinary;
import io.lofn.spark.executor.ExecutorInjector;
import io.lofn.spark.executor.FailFast;
import io.lofn.spark.executor.HadoopConfigurations;
import io.lofn.spark.executor.ToolCall;
import io.lofn.spark.reduce.LevelledRDD;
import io.lofn.spark.reduce.PairSplittingWriter;
import io.lofn.spark.reduce.PositionStrippingWriter;
import io.lofn.spark.reduce.TreeReduce;
import io.lofn.spark.rows.RowFormat;
import io.lofn.spark.rows.RowsFunction;
import io.lofn.spark.rows.RowsMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.HashPartitioner;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.input.PortableDataStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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

  private static final Logger LOG = LoggerFactory.getLogger(Lofn.class);

  private final JavaSparkContext context;
  private final LofnConfig conf;

  private Lofn(JavaSparkContext context, Map<String, String> entries) {
    this.context = context;
    entries.putIfAbsent(
        LofnConfig.VOLUMES_FILE_SYSTEM.name(),
        HadoopConfigurations.defaultFileSystem(context).toString());
    conf = new LofnConfig(entries);
    RuntimeProviders runtimes = RuntimeProviders.discover();
    conf.requireValid(runtimes.byName().values());
    runtimes.warnings(conf).forEach(LOG::warn);
    ExecutorInjector.closeAtEndOf(context.sc(), conf);
  }

  /**
   * lofn with the {@code spark.lofn.*} configuration of a session and its context.
   *
   * @param spark the session
   * @return the entry point
   * @throws LofnException if a key is unknown or a value is not of its type
   */
  public static Lofn on(SparkSession spark) {
    JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
    Map<String, String> entries = entriesOf(context);
    // Only SQL lists the session's keys without a Scala collection, which would bind to one Scala.
    for (Row row : spark.sql("SET").collectAsList()) {
      String key = row.getString(0);
      if (key.startsWith(LofnConfig.PREFIX)) {
        entries.put(key, spark.conf().get(key));
      }
    }
    return new Lofn(context, entries);
  }

  /**
   * lofn with the {@code spark.lofn.*} configuration of a context.
   *
   * @param spark the context
   * @return the entry point
   * @throws LofnException if a key is unknown or a value is not of its type
   */
  public static Lofn on(JavaSparkContext spark) {
    return new Lofn(spark, entriesOf(spark));
  }

  /**
   * Reads a tool document.
   *
   * <pre>{@code
   * Tool<?, ?> tool = Tool.of(Lofn.document(Files.readString(file), file.toString()));
   * }</pre>
   *
   * @param text JSON or YAML, at most 1 MiB
   * @param source where it comes from, such as a file's name, for messages
   * @return the document
   * @throws LofnException if it is no tool document; names the source, the line, the column and the
   *     key, and says what to write
   */
  public static ToolSpec document(String text, String source) {
    return ToolDocuments.read(text, source);
  }

  LofnConfig conf() {
    return conf;
  }

  private static Map<String, String> entriesOf(JavaSparkContext spark) {
    Map<String, String> entries = new HashMap<>();
    for (Tuple2<String, String> entry : spark.getConf().getAll()) {
      if (entry._1.startsWith(LofnConfig.PREFIX)) {
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
   * @throws LofnException if the tool has no command, or asks for what the configuration does not
   *     allow
   */
  public <I, O> JavaRDD<O> map(JavaRDD<I> rdd, Tool<I, O> tool) {
    ToolCall<I, O> call = call("map", tool);
    return LevelledRDD.outputOf(tool, rdd.mapPartitions(new ToolFunction<>(call)))
        .setName("lofn map " + tool.image());
  }

  /**
   * Runs a tool over each partition of pairs, such as whole files with their names. Lazy.
   *
   * <pre>{@code
   * Tool<Tuple2<String, String>, String> tool =
   *     Tool.of("busybox:1", InputFiles.text(Tuple2::_1, Tuple2::_2), Lines.text().fromStdout());
   * JavaRDD<String> lines = lofn.map(context.wholeTextFiles(path), tool.shell("cat /shared/input/*"));
   * }</pre>
   *
   * @param <K> the type of the keys
   * @param <V> the type of the values
   * @param <O> the type of the records that come out
   * @param pairs the data
   * @param tool the tool
   * @return the output
   * @throws LofnException if the tool has no command, or asks for what the configuration does not
   *     allow
   */
  public <K, V, O> JavaRDD<O> map(JavaPairRDD<K, V> pairs, Tool<Tuple2<K, V>, O> tool) {
    return map(recordsOf(pairs), tool);
  }

  /**
   * Runs a tool over each partition of a Dataset. Lazy; works on the batches of a stream too. A
   * tool that is {@link Tool#orderSensitive() order-sensitive} goes by {@link Dataset#javaRDD()}:
   * not on a stream, and with adaptive execution Spark runs the shuffles before it at once.
   *
   * <pre>{@code
   * Dataset<String> upper = lofn.map(lines, Tool.pipe("busybox:1").command("tr", "a-z", "A-Z"),
   *     Encoders.STRING());
   * }</pre>
   *
   * @param <I> the type of the records that go in
   * @param <O> the type of the records that come out
   * @param data the data
   * @param tool the tool
   * @param encoder how Spark encodes the output
   * @return the output
   * @throws LofnException if the tool has no command, or asks for what the configuration does not
   *     allow
   */
  public <I, O> Dataset<O> map(Dataset<I> data, Tool<I, O> tool, Encoder<O> encoder) {
    return applied(data, new ToolFunction<>(call("map", tool)), tool, encoder);
  }

  /**
   * Runs a tool over each partition of a DataFrame, or over each group of its rows. Lazy.
   *
   * <pre>{@code
   * Dataset<Row> counts = lofn.map(
   *     reads.select("sample", "sequence"),
   *     Tool.pipe("busybox:1").shell("sort | uniq -c | awk -v OFS='\t' '{print $2, $1}'"),
   *     Rows.tsv("sequence STRING, n BIGINT").groupBy("sample"));
   * }</pre>
   *
   * @param data the data
   * @param tool a tool of lines; of bytes with {@link Rows#binary()}
   * @param rows how rows become records, and records rows again
   * @return first the columns of {@link Rows#groupBy} and {@link Rows#keep}, then those that the
   *     tool has written
   * @throws LofnException if the tool has no command, or asks for what the configuration does not
   *     allow; if a column is missing, or has a type that the form does not hold exactly; or if the
   *     tool has records of another type
   */
  public Dataset<Row> map(Dataset<Row> data, Tool<?, ?> tool, Rows rows) {
    RowsMap map = new RowsMap(data, tool, rows.form());
    if (map.isPlain()) {
      return rows.form().format() == RowFormat.BINARY
          ? plain(map, tool, Encoders.BINARY())
          : plain(map, tool, Encoders.STRING());
    }
    return map.output(
        applied(
            map.input(),
            new RowsFunction<>(call("map", tool), map),
            tool,
            Encoders.row(map.outputSchema())));
  }

  private <T> Dataset<Row> plain(RowsMap map, Tool<?, ?> tool, Encoder<T> encoder) {
    @SuppressWarnings("unchecked") // the types have been checked as far as they are known
    Tool<T, T> typed = (Tool<T, T>) tool;
    return map(map.input().as(encoder), typed, encoder).toDF("value");
  }

  private <I, O, F extends MapPartitionsFunction<I, O> & FlatMapFunction<Iterator<I>, O>>
      Dataset<O> applied(Dataset<I> data, F function, Tool<?, ?> tool, Encoder<O> encoder) {
    if (!tool.isOrderSensitive()) {
      return data.mapPartitions(function, encoder);
    }
    if (data.isStreaming()) {
      throw new LofnException(
          "The tool of %s is order-sensitive, which a stream cannot tell Spark's scheduler; run it on each batch, by Lofn.map in foreachBatch"
              .formatted(tool.image()));
    }
    JavaRDD<O> output =
        LevelledRDD.outputOf(
                tool, data.javaRDD().mapPartitions((FlatMapFunction<Iterator<I>, O>) function))
            .setName("lofn map " + tool.image());
    return data.sparkSession().createDataset(output.rdd(), encoder);
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
   * @throws LofnException if the tool has no command, or asks for what the configuration does not
   *     allow
   */
  public <T> JavaRDD<T> reduce(JavaRDD<T> rdd, Tool<T, T> tool) {
    return reduce(rdd, tool, ReduceShape.fanIn(conf.get(LofnConfig.REDUCE_FAN_IN)));
  }

  /**
   * Reduces as {@link #reduce(JavaRDD, Tool)}, by a tree of a given shape.
   *
   * @param <T> the type of the records
   * @param rdd the data
   * @param tool the tool
   * @param shape the fan-in or the depth of the tree
   * @return one partition, or none if the data has none
   * @throws LofnException if the tool has no command, or asks for what the configuration does not
   *     allow
   */
  public <T> JavaRDD<T> reduce(JavaRDD<T> rdd, Tool<T, T> tool, ReduceShape shape) {
    int fanIn = shape.fanInFor(rdd.getNumPartitions());
    ToolCall<T, T> call = call("reduce", tool);
    JavaRDD<T> reduced =
        LevelledRDD.outputOf(tool, rdd.mapPartitions(new ToolFunction<>(call)))
            .setName("lofn reduce " + tool.image());
    Tool<Tuple2<Long, T>, T> merger = tool.input(new PositionStrippingWriter<>(tool.input()));
    return new TreeReduce<>(call.with(merger), fanIn).merge(reduced);
  }

  /**
   * Reduces all partitions of pairs, as {@link #reduce(JavaRDD, Tool)}.
   *
   * @param <K> the type of the keys
   * @param <V> the type of the values
   * @param pairs the data
   * @param tool the tool
   * @return one partition, or none if the data has none
   * @throws LofnException if the tool has no command, or asks for what the configuration does not
   *     allow
   */
  public <K, V> JavaPairRDD<K, V> reduce(
      JavaPairRDD<K, V> pairs, Tool<Tuple2<K, V>, Tuple2<K, V>> tool) {
    return pairsOf(reduce(recordsOf(pairs), tool));
  }

  /**
   * Reduces all partitions of pairs, by a tree of a given shape.
   *
   * @param <K> the type of the keys
   * @param <V> the type of the values
   * @param pairs the data
   * @param tool the tool
   * @param shape the fan-in or the depth of the tree
   * @return one partition, or none if the data has none
   * @throws LofnException if the tool has no command, or asks for what the configuration does not
   *     allow
   */
  public <K, V> JavaPairRDD<K, V> reduce(
      JavaPairRDD<K, V> pairs, Tool<Tuple2<K, V>, Tuple2<K, V>> tool, ReduceShape shape) {
    return pairsOf(reduce(recordsOf(pairs), tool, shape));
  }

  /**
   * Reduces all partitions of a Dataset, as {@link #reduce(JavaRDD, Tool)}.
   *
   * @param <T> the type of the records
   * @param data the data, no stream
   * @param tool the tool
   * @param encoder how Spark encodes the output
   * @return one partition, or none if the data has none
   * @throws LofnException if the tool has no command, or asks for what the configuration does not
   *     allow, or the data is a stream
   */
  public <T> Dataset<T> reduce(Dataset<T> data, Tool<T, T> tool, Encoder<T> encoder) {
    return datasetOf(data, reduce(recordsOf(data, "reduce"), tool), encoder);
  }

  /**
   * Reduces all partitions of a Dataset, by a tree of a given shape.
   *
   * @param <T> the type of the records
   * @param data the data, no stream
   * @param tool the tool
   * @param encoder how Spark encodes the output
   * @param shape the fan-in or the depth of the tree
   * @return one partition, or none if the data has none
   * @throws LofnException if the tool has no command, or asks for what the configuration does not
   *     allow, or the data is a stream
   */
  public <T> Dataset<T> reduce(
      Dataset<T> data, Tool<T, T> tool, Encoder<T> encoder, ReduceShape shape) {
    return datasetOf(data, reduce(recordsOf(data, "reduce"), tool, shape), encoder);
  }

  /**
   * Reduces all partitions to one with a tool that merges two: neighbours are laid out as a pair
   * and merged until one partition is left. Lazy. Unlike {@link #reduce}, no container sees a
   * partition alone, so n partitions take n - 1 containers.
   *
   * <pre>{@code
   * JavaRDD<String> sorted = lofn.reducePairs(sortedParts,
   *     Tool.lines("busybox:1").shell("cd /shared && sort -m left right > output.txt"),
   *     (left, right, run) -> {
   *       Files.write(run.file("left"), (Iterable<String>) () -> left);
   *       Files.write(run.file("right"), (Iterable<String>) () -> right);
   *     });
   * }</pre>
   *
   * @param <T> the type of the records
   * @param rdd the data
   * @param tool the tool; how it lays out its input is not used
   * @param writer lays two neighbours out
   * @return one partition, or none if the data has none
   * @throws LofnException if the tool has no command, or asks for what the configuration does not
   *     allow
   */
  public <T> JavaRDD<T> reducePairs(JavaRDD<T> rdd, Tool<T, T> tool, PairWriter<T> writer) {
    Tool<Tuple2<Long, T>, T> merger = tool.input(new PairSplittingWriter<>(writer));
    return new TreeReduce<>(call("reducePairs", merger), 2).merge(rdd);
  }

  /**
   * Merges two partitions of pairs at a time, as {@link #reducePairs(JavaRDD, Tool, PairWriter)}.
   *
   * @param <K> the type of the keys
   * @param <V> the type of the values
   * @param pairs the data
   * @param tool the tool; how it lays out its input is not used
   * @param writer lays two neighbours out
   * @return one partition, or none if the data has none
   * @throws LofnException if the tool has no command, or asks for what the configuration does not
   *     allow
   */
  public <K, V> JavaPairRDD<K, V> reducePairs(
      JavaPairRDD<K, V> pairs,
      Tool<Tuple2<K, V>, Tuple2<K, V>> tool,
      PairWriter<Tuple2<K, V>> writer) {
    return pairsOf(reducePairs(recordsOf(pairs), tool, writer));
  }

  /**
   * Merges two partitions of a Dataset at a time, as {@link #reducePairs(JavaRDD, Tool,
   * PairWriter)}.
   *
   * @param <T> the type of the records
   * @param data the data, no stream
   * @param tool the tool; how it lays out its input is not used
   * @param writer lays two neighbours out
   * @param encoder how Spark encodes the output
   * @return one partition, or none if the data has none
   * @throws LofnException if the tool has no command, or asks for what the configuration does not
   *     allow, or the data is a stream
   */
  public <T> Dataset<T> reducePairs(
      Dataset<T> data, Tool<T, T> tool, PairWriter<T> writer, Encoder<T> encoder) {
    return datasetOf(data, reducePairs(recordsOf(data, "reducePairs"), tool, writer), encoder);
  }

  /**
   * Brings all records of a key into one partition, for tools that need a key whole. Lazy.
   *
   * <pre>{@code
   * lofn.map(lofn.repartitionBy(reads, read -> read.substring(0, read.indexOf('\t')), 8), tool)
   * }</pre>
   *
   * @param <T> the type of the records
   * @param rdd the data
   * @param key gives a record's key
   * @param partitions how many partitions the result has; keys are spread by their hash
   * @return the records, each key in one partition
   */
  public <T> JavaRDD<T> repartitionBy(JavaRDD<T> rdd, RecordFunction<T, ?> key, int partitions) {
    return repartitionBy(rdd, key, new HashPartitioner(partitions));
  }

  /**
   * Brings all records of a key into the partition that a partitioner says, as {@link
   * #repartitionBy(JavaRDD, RecordFunction, int)}.
   *
   * @param <T> the type of the records
   * @param rdd the data
   * @param key gives a record's key
   * @param partitioner chooses a key's partition
   * @return the records, each key in one partition
   */
  public <T> JavaRDD<T> repartitionBy(
      JavaRDD<T> rdd, RecordFunction<T, ?> key, Partitioner partitioner) {
    JavaPairRDD<Object, T> keyed = rdd.mapToPair(record -> new Tuple2<>(key.apply(record), record));
    return keyed.partitionBy(partitioner).values();
  }

  /**
   * Brings all pairs of a key into one partition, as {@link #repartitionBy(JavaRDD, RecordFunction,
   * int)}; the key may be another than that of the pairs.
   *
   * @param <K> the type of the keys
   * @param <V> the type of the values
   * @param pairs the data
   * @param key gives a pair's key
   * @param partitions how many partitions the result has; keys are spread by their hash
   * @return the pairs, each key in one partition
   */
  public <K, V> JavaPairRDD<K, V> repartitionBy(
      JavaPairRDD<K, V> pairs, RecordFunction<Tuple2<K, V>, ?> key, int partitions) {
    return repartitionBy(pairs, key, new HashPartitioner(partitions));
  }

  /**
   * Brings all pairs of a key into the partition that a partitioner says.
   *
   * @param <K> the type of the keys
   * @param <V> the type of the values
   * @param pairs the data
   * @param key gives a pair's key
   * @param partitioner chooses a key's partition
   * @return the pairs, each key in one partition
   */
  public <K, V> JavaPairRDD<K, V> repartitionBy(
      JavaPairRDD<K, V> pairs, RecordFunction<Tuple2<K, V>, ?> key, Partitioner partitioner) {
    return pairsOf(repartitionBy(recordsOf(pairs), key, partitioner));
  }

  /**
   * Brings all records of a key into one partition of a Dataset, as {@link #repartitionBy(JavaRDD,
   * RecordFunction, int)}.
   *
   * @param <T> the type of the records
   * @param data the data, no stream
   * @param key gives a record's key
   * @param partitions how many partitions the result has; keys are spread by their hash
   * @param encoder how Spark encodes the records
   * @return the records, each key in one partition
   * @throws LofnException if the data is a stream
   */
  public <T> Dataset<T> repartitionBy(
      Dataset<T> data, RecordFunction<T, ?> key, int partitions, Encoder<T> encoder) {
    return repartitionBy(data, key, new HashPartitioner(partitions), encoder);
  }

  /**
   * Brings all records of a key into the partition of a Dataset that a partitioner says.
   *
   * @param <T> the type of the records
   * @param data the data, no stream
   * @param key gives a record's key
   * @param partitioner chooses a key's partition
   * @param encoder how Spark encodes the records
   * @return the records, each key in one partition
   * @throws LofnException if the data is a stream
   */
  public <T> Dataset<T> repartitionBy(
      Dataset<T> data, RecordFunction<T, ?> key, Partitioner partitioner, Encoder<T> encoder) {
    return datasetOf(
        data, repartitionBy(recordsOf(data, "repartitionBy"), key, partitioner), encoder);
  }

  /**
   * Runs a tool over each partition, now, and keeps the outputs as files: one file or directory for
   * each partition, in a fresh directory below {@code spark.lofn.output.dir}. Outputs may be of any
   * length. Retried and speculative attempts leave nothing there, nor does a job that fails.
   *
   * <pre>{@code
   * try (BinaryOutputs out = lofn.mapBinary(lines, Tool.pipe("busybox:1").command("gzip")
   *     .output(BinaryFile.fromStdout()))) {
   *   context.binaryFiles(out.path()).count();
   * }
   * }</pre>
   *
   * @param <I> the type of the records that go in
   * @param rdd the data
   * @param tool the tool; its output is read by {@link BinaryFile}'s readers or a lambda
   * @return the outputs, until they are closed
   * @throws LofnException if the directory cannot be made, or lofn-hdfs is missing
   */
  public <I> BinaryOutputs mapBinary(JavaRDD<I> rdd, Tool<I, BinaryFile> tool) {
    return mapBinary(rdd, tool, conf.get(LofnConfig.OUTPUT_DIR));
  }

  /**
   * Runs a tool as {@link #mapBinary(JavaRDD, Tool)}, with outputs kept elsewhere.
   *
   * @param <I> the type of the records that go in
   * @param rdd the data
   * @param tool the tool
   * @param parent where the fresh directory is made: a path that all nodes see
   * @return the outputs, until they are closed
   * @throws LofnException if the directory cannot be made, or lofn-hdfs is missing
   */
  public <I> BinaryOutputs mapBinary(JavaRDD<I> rdd, Tool<I, BinaryFile> tool, String parent) {
    ToolCall<I, BinaryFile> call = call("mapBinary", tool);
    return new BinaryOutputs(
        OutputDirectory.create(contextOf(rdd), conf, parent, "")
            .fill(rdd, (records, files) -> call.call(records)));
  }

  /**
   * Runs a tool over each partition of pairs, as {@link #mapBinary(JavaRDD, Tool)}.
   *
   * @param <K> the type of the keys
   * @param <V> the type of the values
   * @param pairs the data
   * @param tool the tool
   * @return the outputs, until they are closed
   * @throws LofnException if the directory cannot be made, or lofn-hdfs is missing
   */
  public <K, V> BinaryOutputs mapBinary(
      JavaPairRDD<K, V> pairs, Tool<Tuple2<K, V>, BinaryFile> tool) {
    return mapBinary(recordsOf(pairs), tool);
  }

  /**
   * Runs a tool over each partition of pairs, with outputs kept elsewhere.
   *
   * @param <K> the type of the keys
   * @param <V> the type of the values
   * @param pairs the data
   * @param tool the tool
   * @param parent where the fresh directory is made: a path that all nodes see
   * @return the outputs, until they are closed
   * @throws LofnException if the directory cannot be made, or lofn-hdfs is missing
   */
  public <K, V> BinaryOutputs mapBinary(
      JavaPairRDD<K, V> pairs, Tool<Tuple2<K, V>, BinaryFile> tool, String parent) {
    return mapBinary(recordsOf(pairs), tool, parent);
  }

  /**
   * Runs a tool over each partition of a Dataset, as {@link #mapBinary(JavaRDD, Tool)}.
   *
   * @param <I> the type of the records that go in
   * @param data the data, no stream
   * @param tool the tool
   * @return the outputs, until they are closed
   * @throws LofnException if the directory cannot be made, if lofn-hdfs is missing, or the data is
   *     a stream
   */
  public <I> BinaryOutputs mapBinary(Dataset<I> data, Tool<I, BinaryFile> tool) {
    return mapBinary(recordsOf(data, "mapBinary"), tool);
  }

  /**
   * Runs a tool over each partition of a Dataset, with outputs kept elsewhere.
   *
   * @param <I> the type of the records that go in
   * @param data the data, no stream
   * @param tool the tool
   * @param parent where the fresh directory is made: a path that all nodes see
   * @return the outputs, until they are closed
   * @throws LofnException if the directory cannot be made, if lofn-hdfs is missing, or the data is
   *     a stream
   */
  public <I> BinaryOutputs mapBinary(Dataset<I> data, Tool<I, BinaryFile> tool, String parent) {
    return mapBinary(recordsOf(data, "mapBinary"), tool, parent);
  }

  /**
   * Merges binary outputs to one file with a tool, two at a time.
   *
   * <pre>{@code
   * try (BinaryOutputs one = lofn.reduceBinary(out,
   *     Tool.of("busybox:1", BinaryFile.toNumberedFiles(), BinaryFile.fromFile("output.bin"))
   *         .shell("cat /shared/input_1.bin /shared/input_2.bin > /shared/output.bin"))) {
   *   byte[] bytes = one.bytes();
   * }
   * }</pre>
   *
   * @param outputs what is merged, in the order of {@link BinaryOutputs#list()}; stays as it is
   * @param tool the tool; associative, and gives one file
   * @return one file, next to the outputs, until it is closed
   * @throws LofnException if there is no file
   */
  public BinaryOutputs reduceBinary(BinaryOutputs outputs, Tool<BinaryFile, BinaryFile> tool) {
    return reduceBinary(outputs, tool, ReduceShape.fanIn(2));
  }

  /**
   * Merges as {@link #reduceBinary(BinaryOutputs, Tool)}, by a tree of a given shape. Neighbours
   * are merged, so many at a time, until one is left; each level is a job, and what it made is
   * deleted after the next. A file without neighbours passes a level as it is; a single file is
   * copied, without the tool.
   *
   * @param outputs what is merged
   * @param tool the tool, for as many files as the fan-in says, or fewer, but at least two
   * @param shape the fan-in or the depth of the tree
   * @return one file, next to the outputs, until it is closed
   * @throws LofnException if there is no file
   */
  public BinaryOutputs reduceBinary(
      BinaryOutputs outputs, Tool<BinaryFile, BinaryFile> tool, ReduceShape shape) {
    OutputDirectory directory = outputs.directory();
    ToolCall<BinaryFile, BinaryFile> call = call("reduceBinary", tool);
    return reduced(
        new ReduceBinary(directory.spark(), conf, directory.parent(), call),
        ReduceBinary.filesOf(directory),
        shape);
  }

  /**
   * Merges files to one, as {@link #reduceBinary(BinaryOutputs, Tool, ReduceShape)} does.
   *
   * @param files what {@code sc.binaryFiles} gives, or a part of it; merged in the order of names
   * @param tool the tool, for as many files as the fan-in says, or fewer, but at least two
   * @param shape the fan-in or the depth of the tree
   * @return one file, in a fresh directory below {@code spark.lofn.output.dir}
   * @throws LofnException if there is no file
   */
  public BinaryOutputs reduceBinary(
      JavaPairRDD<String, PortableDataStream> files,
      Tool<BinaryFile, BinaryFile> tool,
      ReduceShape shape) {
    ToolCall<BinaryFile, BinaryFile> call = call("reduceBinary", tool);
    List<Tuple2<String, String>> named =
        new ArrayList<>(files.map(file -> new Tuple2<>(file._1, file._2.getPath())).collect());
    named.sort(Comparator.comparing(Tuple2::_1));
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(files.context());
    return reduced(
        new ReduceBinary(spark, conf, conf.get(LofnConfig.OUTPUT_DIR), call), named, shape);
  }

  private static BinaryOutputs reduced(
      ReduceBinary reduce, List<Tuple2<String, String>> files, ReduceShape shape) {
    return new BinaryOutputs(reduce.reduce(files, shape.fanInFor(files.size())));
  }

  /**
   * Streams all partitions, in their order, through one run of a tool on an executor, and puts what
   * it made at a path: whole or not at all. The output may be of any length.
   *
   * <pre>{@code
   * lofn.collectReduce(lines, Tool.pipe("busybox:1").command("gzip")
   *     .output(BinaryFile.fromStdout()), "/tmp/lines.gz");
   * }</pre>
   *
   * @param <T> the type of the records
   * @param rdd the data
   * @param tool the tool
   * @param path a URI that driver and executors see, or an absolute path of the driver; nothing may
   *     be there yet
   * @throws LofnException if something is there, or nothing can be put there
   */
  public <T> void collectReduce(JavaRDD<T> rdd, Tool<T, BinaryFile> tool, String path) {
    new CollectReduce<>(contextOf(rdd), conf, call("collectReduce", tool)).reduce(rdd, path);
  }

  /**
   * Streams all pairs through one run of a tool, as {@link #collectReduce(JavaRDD, Tool, String)}.
   *
   * @param <K> the type of the keys
   * @param <V> the type of the values
   * @param pairs the data
   * @param tool the tool
   * @param path a URI that driver and executors see, or an absolute path of the driver
   * @throws LofnException if something is there, or nothing can be put there
   */
  public <K, V> void collectReduce(
      JavaPairRDD<K, V> pairs, Tool<Tuple2<K, V>, BinaryFile> tool, String path) {
    collectReduce(recordsOf(pairs), tool, path);
  }

  /**
   * Streams a Dataset through one run of a tool, as {@link #collectReduce(JavaRDD, Tool, String)}.
   *
   * @param <T> the type of the records
   * @param data the data, no stream
   * @param tool the tool
   * @param path a URI that driver and executors see, or an absolute path of the driver
   * @throws LofnException if something is there, if nothing can be put there, or the data is a
   *     stream
   */
  public <T> void collectReduce(Dataset<T> data, Tool<T, BinaryFile> tool, String path) {
    collectReduce(recordsOf(data, "collectReduce"), tool, path);
  }

  /**
   * Makes the images of tools present on the nodes, by a job of its own: so a pull is seen, and is
   * not taken for a slow tool. The job has a task for each slot that the application has now; a
   * node whose slots are all taken by other jobs, or that joins later, prepares its images with its
   * first task. Nodes whose images differ are warned of.
   *
   * <pre>{@code
   * List<NodeImage> images = lofn.prepareImages(count, merge);
   * }</pre>
   *
   * @param tools the tools
   * @return what each node that was reached has, sorted by image and node
   * @throws LofnException if the job fails; Spark's exception holds the reason
   */
  public List<NodeImage> prepareImages(Tool<?, ?>... tools) {
    List<ToolCall<?, ?>> calls = new ArrayList<>();
    for (Tool<?, ?> tool : tools) {
      new SecurityPolicy(conf).check(tool);
      calls.add(onDriver("prepareImages", tool));
    }
    return new PrepareImages(context).prepare(calls);
  }

  /**
   * A tool as a function for {@code mapPartitions} of an RDD or a Dataset; not for one that is
   * {@link Tool#orderSensitive() order-sensitive}.
   *
   * @param <I> the type of the records that go in
   * @param <O> the type of the records that come out
   * @param tool the tool
   * @return the function
   * @throws LofnException if the tool has no command, or asks for what the configuration does not
   *     allow
   */
  public <I, O> ToolFunction<I, O> function(Tool<I, O> tool) {
    if (tool.isOrderSensitive()) {
      throw new LofnException(
          "The tool of %s is order-sensitive, which a function cannot tell Spark's scheduler; run it by Lofn.map"
              .formatted(tool.image()));
    }
    return new ToolFunction<>(call("mapPartitions", tool));
  }

  private <I, O> ToolCall<I, O> call(String operator, Tool<I, O> tool) {
    new SecurityPolicy(conf).check(tool);
    CommandCheck.check(tool);
    return onDriver(operator, tool);
  }

  private <I, O> ToolCall<I, O> onDriver(String operator, Tool<I, O> tool) {
    if (conf.get(LofnConfig.FAIL_FAST)) {
      try (ExecutorInjector.Lease lofn = ExecutorInjector.ofDriver(conf.entries())) {
        lofn.get(FailFast.class).watch(context.sc());
      }
    }
    return ToolCall.onDriver(operator, tool, conf, context.sc());
  }

  private static <K, V> JavaRDD<Tuple2<K, V>> recordsOf(JavaPairRDD<K, V> pairs) {
    return pairs.map(pair -> pair);
  }

  /** With the class of pairs, which {@code JavaPairRDD.fromJavaRDD} does not know. */
  private static <K, V> JavaPairRDD<K, V> pairsOf(JavaRDD<Tuple2<K, V>> records) {
    return records.mapToPair(pair -> pair);
  }

  private static <T> JavaRDD<T> recordsOf(Dataset<T> data, String operator) {
    if (data.isStreaming()) {
      throw new LofnException(
          "Lofn.%s does not take a stream; run it on each batch, in foreachBatch"
              .formatted(operator));
    }
    return data.javaRDD();
  }

  private static <T> Dataset<T> datasetOf(Dataset<T> data, JavaRDD<T> records, Encoder<T> encoder) {
    return data.sparkSession().createDataset(records.rdd(), encoder);
  }

  private static JavaSparkContext contextOf(JavaRDD<?> rdd) {
    return JavaSparkContext.fromSparkContext(rdd.context());
  }
}
