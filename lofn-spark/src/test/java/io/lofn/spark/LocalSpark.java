package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** A local Spark whose tools run as plain processes of this machine. */
public final class LocalSpark {

  private LocalSpark() {}

  static SparkSession start() {
    return start(Map.of());
  }

  static SparkSession start(Map<String, String> settings) {
    return start("local[2]", settings);
  }

  /** A Spark that makes up to four attempts at a task. */
  public static SparkSession retrying(Map<String, String> settings) {
    return start("local[2,4]", settings);
  }

  private static SparkSession start(String master, Map<String, String> settings) {
    SparkSession.Builder builder =
        SparkSession.builder()
            .master(master)
            .appName("lofn unit tests")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.lofn.runtime", "process");
    settings.forEach(builder::config);
    return builder.getOrCreate();
  }

  /** Waits until no task runs. */
  static void waitUntilIdle(JavaSparkContext context) throws InterruptedException {
    Instant end = Instant.now().plusSeconds(30);
    while (context.statusTracker().getActiveStageIds().length > 0) {
      assertThat(Instant.now()).as("waiting until no task runs").isBefore(end);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }
}
