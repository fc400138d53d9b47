package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** What the driver's log says when lofn is set up. */
class DriverWarningsTest {

  private static final String ENCRYPTION = "spark.io.encryption.enabled does not cover";

  @Test
  void anUnknownRuntimeIsWarnedOfWithTheNearestName() {
    String log = logOf(Map.of("spark.lofn.runtime", "proces"));

    assertThat(log)
        .contains("ENTRY WARN Lofn: spark.lofn.runtime names 'proces', which no jar on the driver")
        .contains("did you mean process?");
  }

  @Test
  void nothingIsWarnedOfWhereAllIsWell() {
    assertThat(logOf(Map.of())).doesNotContain("spark.lofn.runtime", ENCRYPTION);
  }

  @Test
  void plainExchangesAreWarnedOfOnceWhereSparkEncrypts() {
    String log = logOf(Map.of("spark.io.encryption.enabled", "true"));

    assertThat(log)
        .containsOnlyOnce(ENCRYPTION)
        .contains("exchanges and copies of volumes are plain files")
        .contains("set spark.lofn.tmp.memoryDir to a tmpfs");
  }

  @Test
  void whatIsPlainBesideExchangesInMemoryIsWarnedOfOnceWhereSparkEncrypts() {
    String log =
        logOf(
            Map.of(
                "spark.io.encryption.enabled", "true",
                "spark.lofn.tmp.memoryDir", "/dev/shm"));

    assertThat(log)
        .containsOnlyOnce(ENCRYPTION)
        .contains("exchanges are kept in memory (spark.lofn.tmp.memoryDir)")
        .contains("copies of volumes and images are plain files");
  }

  private static String logOf(Map<String, String> settings) {
    try (LogOfTest log = new LogOfTest();
        SparkSession spark = LocalSpark.start(settings)) {
      JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
      assertThat(Lofn.on(context)).isNotNull();
      assertThat(Lofn.on(spark)).isNotNull();
      return log.text();
    }
  }
}
