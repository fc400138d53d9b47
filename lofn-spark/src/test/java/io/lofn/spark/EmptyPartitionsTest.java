package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.EmptyPartitions;
import io.lofn.api.Tool;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** What the driver's log says of partitions without records. */
class EmptyPartitionsTest {

  private static final Tool<String, String> COUNT = Tool.pipe("any").command("wc", "-l");

  private static final Tool<String, String> COUNT_FILE =
      Tool.lines("any").shell("wc -l < /shared/input.txt > /shared/output.txt");

  /** The warnings of jobs; the end of a context waits for its listeners. */
  private static List<String> warningsOf(
      Map<String, String> settings, Consumer<SparkSession> jobs) {
    try (LogOfTest log = new LogOfTest()) {
      SparkSession spark = LocalSpark.retrying(settings);
      try {
        jobs.accept(spark);
      } finally {
        spark.stop();
      }
      return Pattern.compile("ENTRY WARN EmptyPartitionsListener: (.*)")
          .matcher(log.text())
          .results()
          .map(found -> found.group(1))
          .toList();
    }
  }

  @Test
  void oneWarningForAStageSaysHowManyWhatTheyCostAndTheWaysOut() {
    List<String> warnings =
        warningsOf(
            Map.of(),
            spark -> {
              Lofn lofn = Lofn.on(spark);
              JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
              lofn.map(
                      lofn.map(context.parallelize(List.of("x", "y"), 24), COUNT_FILE),
                      Tool.pipe("any").shell("cat"))
                  .collect();
            });

    assertThat(warnings)
        .singleElement()
        .asString()
        .matches(
            "Stage 0 \\(collect at EmptyPartitionsTest\\.java:\\d+\\): 22 of 24 partitions had no"
                + " records, and the tool ran on each of them, which took \\d+\\.\\d s in all\\."
                + " .*")
        .contains("spark.lofn.emptyPartitions=skip", "coalesce", "spark.lofn.container.reuse=true");
  }

  @Test
  void attemptsThatFailAreNotCountedAndADatasetIsWatchedToo() {
    List<String> warnings =
        warningsOf(
            Map.of("spark.sql.adaptive.enabled", "false"),
            spark -> {
              Tool<String, String> second =
                  Tool.pipe("any").shell("[ $LOFN_ATTEMPT$LOFN_PARTITION != 00 ] || exit 3; wc -l");
              Lofn.on(spark)
                  .map(
                      spark.createDataset(List.of("x"), Encoders.STRING()).repartition(21),
                      second,
                      Encoders.STRING())
                  .collectAsList();
            });

    assertThat(warnings)
        .singleElement()
        .asString()
        .contains(": 20 of 21 partitions had no records");
  }

  @Test
  void whereFewPartitionsAreEmptyOrTheyAreSkippedThereIsNone() {
    assertThat(
            warningsOf(
                Map.of("spark.lofn.emptyPartitions", "skip"),
                spark -> {
                  JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
                  Lofn lofn = Lofn.on(spark);
                  lofn.map(context.parallelize(List.of("x"), 30), COUNT).collect();
                  Tool<String, String> run = COUNT.emptyPartitions(EmptyPartitions.RUN);
                  lofn.map(context.parallelize(List.of("x"), 20), run).collect();
                }))
        .isEmpty();
  }
}
