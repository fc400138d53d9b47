package io.lofn.it.job;

import io.lofn.api.BinaryFile;
import io.lofn.api.Tool;
import io.lofn.spark.BinaryOutputs;
import io.lofn.spark.Lofn;
import io.lofn.spark.ReduceShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;

/**
 * Every operation of lofn on the words of a text.
 *
 * <p>{@code Operations TEXT RESULTS RUNTIME...}: the words are the lines of TEXT, and what each
 * operation made is a file below RESULTS/RUNTIME. RESULTS/application has the application's name.
 */
public final class Operations {

  private static final String IMAGE = "busybox:1";
  private static final int PARTITIONS = 5;

  private static final Tool<String, String> COUNT =
      Tool.lines(IMAGE)
          .shell("sort /shared/input.txt | uniq -c | awk '{print $1, $2}' > /shared/output.txt");
  private static final Tool<String, String> SUM =
      Tool.pipe(IMAGE).command("awk", "{n[$2] += $1} END {for (w in n) print n[w], w}");
  private static final Tool<String, String> CAT = Tool.pipe(IMAGE).command("cat");
  private static final Tool<String, BinaryFile> GZIP =
      Tool.pipe(IMAGE).command("gzip").output(BinaryFile.fromStdout());
  private static final Tool<BinaryFile, BinaryFile> JOIN =
      Tool.of(IMAGE, BinaryFile.toNumberedFiles(), BinaryFile.fromFile("output.bin"))
          .shell("cat /shared/input_*.bin > /shared/output.bin");

  private final SparkSession spark;
  private final Lofn lofn;
  private final JavaRDD<String> words;
  private final Path results;

  private Operations(SparkSession spark, JavaRDD<String> words, Path results) {
    this.spark = spark;
    this.lofn = Lofn.on(spark);
    this.words = words;
    this.results = results;
  }

  /**
   * Runs the program.
   *
   * @param args the text, where the results go, and the runtimes
   * @throws IOException if a file cannot be read or written
   */
  public static void main(String[] args) throws IOException {
    try (SparkSession spark = SparkSession.builder().appName("operations").getOrCreate()) {
      Files.createDirectories(Path.of(args[1]));
      Files.writeString(Path.of(args[1], "application"), spark.sparkContext().applicationId());
      List<String> lines = Files.readAllLines(Path.of(args[0]));
      JavaRDD<String> words =
          new JavaSparkContext(spark.sparkContext()).parallelize(lines, PARTITIONS);
      for (int i = 2; i < args.length; i++) {
        SparkSession session = spark.newSession();
        session.conf().set("spark.lofn.runtime", args[i]);
        Path results = Files.createDirectories(Path.of(args[1], args[i]));
        new Operations(session, words, results).run();
      }
    }
  }

  private void run() throws IOException {
    write("nodes", lofn.prepareImages(COUNT).stream().map(Object::toString).toList());
    JavaRDD<String> counts = lofn.map(words, COUNT);
    write("reduce", lofn.reduce(counts, SUM, ReduceShape.fanIn(3)).collect());
    write("map", lofn.map(words, CAT).collect());
    write("levels", levels());
    write("function", words.mapPartitions(lofn.function(CAT)).collect());
    write(
        "dataset",
        lofn.map(spark.createDataset(words.collect(), Encoders.STRING()), CAT, Encoders.STRING())
            .collectAsList());
    write("repartitionBy", wordsOfPartitions());
    binary();
    lofn.collectReduce(words, GZIP, results.resolve("collectReduce.gz").toString());
  }

  /** What Spark's scheduler believes of an order-sensitive tool's output. */
  private List<String> levels() {
    JavaRDD<String> sensitive =
        lofn.map(lofn.repartitionBy(words, String::length, 3), CAT.orderSensitive());
    Dataset<String> data = spark.createDataset(words.collect(), Encoders.STRING());
    Dataset<String> shuffled = data.repartition(2, data.col("value"));
    Dataset<String> mapped = lofn.map(shuffled, CAT.orderSensitive(), Encoders.STRING());
    return Stream.of(sensitive, lofn.reduce(words, CAT.orderSensitive()), mapped.javaRDD())
        .map(rdd -> rdd.rdd().outputDeterministicLevel() + " " + rdd.count())
        .toList();
  }

  /** A line for each word and each partition that it came to, of which there should be one. */
  private List<String> wordsOfPartitions() {
    Tool<String, String> distinct = Tool.pipe(IMAGE).command("sort", "-u");
    return lofn.map(lofn.repartitionBy(words, String::length, 3), distinct).collect();
  }

  private void binary() throws IOException {
    try (BinaryOutputs parts = lofn.mapBinary(words, GZIP);
        BinaryOutputs whole = lofn.reduceBinary(parts, JOIN)) {
      Files.write(results.resolve("reduceBinary.gz"), whole.bytes());
      write(
          "mapBinary",
          new JavaSparkContext(spark.sparkContext())
              .binaryFiles(parts.path())
              .map(file -> Integer.toString(file._2.toArray().length))
              .collect());
    }
  }

  private void write(String operation, List<String> lines) throws IOException {
    Files.write(results.resolve(operation), lines);
  }
}
