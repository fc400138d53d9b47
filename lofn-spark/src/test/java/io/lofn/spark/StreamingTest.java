package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamingTest {

  @Test
  void mapsTheBatchesOfAStream(@TempDir Path directory) throws Exception {
    Path source = Files.createDirectory(directory.resolve("source"));
    Files.writeString(source.resolve("1.txt"), "a\nb\n");
    Files.writeString(source.resolve("2.txt"), "c\n");
    List<String> seen = new CopyOnWriteArrayList<>();
    try (SparkSession spark = LocalSpark.start()) {
      Lofn lofn = Lofn.on(spark);
      Tool<String, String> upper = Tool.pipe("any").command("tr", "a-z", "A-Z");
      VoidFunction2<Dataset<String>, Long> eachBatch =
          (batch, id) -> seen.addAll(lofn.map(batch, upper, Encoders.STRING()).collectAsList());

      StreamingQuery query =
          spark
              .readStream()
              .textFile(source.toString())
              .writeStream()
              .option("checkpointLocation", directory.resolve("checkpoint").toString())
              .trigger(Trigger.AvailableNow())
              .foreachBatch(eachBatch)
              .start();
      query.awaitTermination();
    }

    assertThat(seen).containsExactlyInAnyOrder("A", "B", "C");
  }
}
