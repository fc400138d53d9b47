package io.lofn.spark;

import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** A local Spark whose tools run as plain processes of this machine. */
final class LocalSpark {

  private LocalSpark() {}

  static SparkSession start() {
    return start(Map.of());
  }

  static SparkSession start(Map<String, String> settings) {
    SparkSession.Builder builder =
        SparkSession.builder()
            .master("local[2]")
            .appName("lofn unit tests")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.lofn.runtime", "process");
    settings.forEach(builder::config);
    return builder.getOrCreate();
  }
}
