package io.lofn.examples;

import io.lofn.spark.Lofn;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** A local Spark session that runs tools with one container runtime. */
final class LocalSpark implements AutoCloseable {

  private final SparkSession session;
  private final Lofn lofn;

  LocalSpark(String runtime) {
    session =
        SparkSession.builder()
            .master("local[2]")
            .appName("lofn-examples tests")
            .config("spark.ui.enabled", "false")
            .config("spark.lofn.runtime", runtime)
            .getOrCreate();
    lofn = Lofn.on(session);
  }

  /** Counts words and saves the result. */
  void countWords(Path text, int partitions, Path result) {
    ByteText.save(
        new WordCount().count(lofn, pieces(text, new WordCount(), partitions)), result.toString());
  }

  List<String> countGc(Path fasta, int partitions) {
    return new GcCount().count(lofn, pieces(fasta, new GcCount(), partitions)).collect();
  }

  JavaRDD<String> pieces(Path file, TextProgram program, int partitions) {
    return ByteText.pieces(context(), file.toString(), program.separators(), partitions);
  }

  JavaSparkContext context() {
    return new JavaSparkContext(session.sparkContext());
  }

  @Override
  public void close() {
    session.stop();
  }
}
