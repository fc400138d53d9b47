package io.lofn.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Tool;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Memory of the plan that is freed at a task's end, in a JVM that a read of it would end. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OffHeapTest {

  private static final int ROUNDS = 3;

  @TempDir Path directory;

  @Test
  void aTaskThatEndsEarlyFreesNoMemoryThatIsStillRead() throws Exception {
    File log = directory.resolve("log").toFile();
    Process process =
        new ProcessBuilder(command()).redirectErrorStream(true).redirectOutput(log).start();
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ended in time").isTrue();
    } finally {
      process.destroyForcibly();
    }

    assertThat(process.exitValue()).as(() -> endOf(log.toPath())).isZero();
    assertThat(directory.toFile().list()).noneMatch(name -> name.startsWith("hs_err"));
  }

  private List<String> command() {
    // A freed block of this size or more is unmapped at once, so that a read of it is seen.
    List<String> command = new ArrayList<>(List.of("env", "MALLOC_MMAP_THRESHOLD_=65536"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Xmx1g",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=" + directory.resolve("hs_err"),
            "-Djava.io.tmpdir=" + directory,
            "-cp",
            System.getProperty("java.class.path"),
            Program.class.getName()));
    return command;
  }

  private static String endOf(Path log) {
    try {
      String text = Files.readString(log);
      return text.substring(Math.max(0, text.length() - 4000));
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** What the other JVM runs. */
  static final class Program {

    private Program() {}

    public static void main(String[] arguments) {
      SparkSession spark =
          LocalSpark.start(
              Map.of(
                  "spark.memory.offHeap.enabled",
                  "true",
                  "spark.memory.offHeap.size",
                  "512m",
                  "spark.sql.shuffle.partitions",
                  "4"));
      Lofn lofn = Lofn.on(spark);
      Tool<String, String> first = Tool.pipe("any").command("head", "-n", "1");
      Dataset<String> counts =
          spark
              .range(0, 1_000_000, 1, 1)
              .groupBy("id")
              .count()
              .select(concat_ws(" ", col("id"), col("count")))
              .as(Encoders.STRING());
      for (int round = 0; round < ROUNDS; round++) {
        Dataset<String> one = counts.mapPartitions(lofn.function(first), Encoders.STRING());
        if (one.limit(1).collectAsList().size() != 1) {
          throw new IllegalStateException("There is no record");
        }
      }
      spark.stop();
    }
  }
}
