package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Lines;
import io.lofn.api.Tool;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** Where exchanges lie if Spark encrypts what it writes to local disks. */
class EncryptedDisksTest {

  private static final Queue<String> EXCHANGES = new ConcurrentLinkedQueue<>();

  @Test
  void allAttemptsHaveTheirExchangeInMemoryWhereThatIsConfigured() {
    EXCHANGES.clear();
    Map<String, String> settings =
        Map.of("spark.io.encryption.enabled", "true", "spark.lofn.tmp.memoryDir", "/dev/shm");
    try (SparkSession spark = LocalSpark.retrying(settings)) {
      JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
      Tool<String, String> tool =
          Tool.of("any", Lines.text().toStdin(), Lines.text().fromStdout())
              .<String>input(
                  (records, run) -> {
                    EXCHANGES.add(run.directory().toString());
                    if (TaskContext.get().attemptNumber() == 0) {
                      throw new IOException("the first attempt fails");
                    }
                  })
              .shell("echo done");

      assertThat(Lofn.on(spark).map(context.parallelize(List.of("a"), 1), tool).collect())
          .containsExactly("done");
    }

    assertThat(EXCHANGES).hasSize(2).allMatch(exchange -> exchange.startsWith("/dev/shm/"));
  }
}
