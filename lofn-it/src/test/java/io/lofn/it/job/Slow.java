package io.lofn.it.job;

import io.lofn.api.Tool;
import io.lofn.api.Volume;
import io.lofn.spark.Lofn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * A job that waits for a sign, and marks each run of its tool.
 *
 * <p>{@code Slow RESULTS RECORDS}: each record, a number, is a partition. RESULTS/application has
 * the name of the application while it runs, RESULTS/runs a line for each run that was begun, and
 * RESULTS/records what came back. No run ends before there is RESULTS/go.
 */
public final class Slow {

  private Slow() {}

  /**
   * Runs the program.
   *
   * @param args where the results go, and the number of records
   * @throws IOException if a result cannot be written
   */
  public static void main(String[] args) throws IOException {
    Path results = Path.of(args[0]);
    int records = Integer.parseInt(args[1]);
    try (SparkSession spark = SparkSession.builder().appName("slow").getOrCreate()) {
      Files.writeString(results.resolve("application"), spark.sparkContext().applicationId());
      Tool<String, String> tool =
          Tool.pipe("busybox:1")
              .volume(Volume.of(results.toString()).at("/results").readWrite())
              .shell(
                  "read record; echo $record >> /results/runs; "
                      + "until [ -e /results/go ]; do sleep 0.1; done; echo $record");
      JavaRDD<String> data =
          new JavaSparkContext(spark.sparkContext())
              .parallelize(
                  IntStream.range(0, records).mapToObj(Integer::toString).toList(), records);
      Files.write(results.resolve("records"), Lofn.on(spark).map(data, tool).collect());
    }
  }
}
