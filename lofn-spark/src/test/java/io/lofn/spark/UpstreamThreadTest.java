package io.lofn.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.input_file_name;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Tool;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

/** What upstream code finds in thread-locals is what it would find on the task's thread. */
class UpstreamThreadTest {

  private static final Tool<String, String> CAT = Tool.pipe("any").command("cat");

  /** As a library of the user may have one. */
  private static final InheritableThreadLocal<String> INHERITED = new InheritableThreadLocal<>();

  private static SparkSession spark;
  private static JavaSparkContext context;
  private static Lofn lofn;

  @TempDir static Path directory;

  @BeforeAll
  static void startSpark() throws IOException {
    spark = LocalSpark.start();
    context = new JavaSparkContext(spark.sparkContext());
    lofn = Lofn.on(spark);
    for (int file = 0; file < 8; file++) {
      String name = "part" + file;
      List<String> lines = IntStream.range(0, 10_000).mapToObj(i -> name + " " + i).toList();
      Files.write(directory.resolve(name), lines);
    }
  }

  @AfterAll
  static void stopSpark() {
    spark.stop();
  }

  @AfterEach
  void unsetConfiguration() {
    spark.conf().unset("spark.sql.sources.useV1SourceList");
    spark.conf().unset("spark.sql.files.openCostInBytes");
  }

  /** By which of Spark's readers the records come. */
  enum Reader {
    FILE_SCAN {
      @Override
      Dataset<String> lines() {
        return spark.read().textFile(directory.toString());
      }
    },
    DATA_SOURCE_V2 {
      @Override
      Dataset<String> lines() {
        spark.conf().set("spark.sql.sources.useV1SourceList", "");
        return spark.read().textFile(directory.toString());
      }
    },
    HADOOP_RDD {
      @Override
      Dataset<String> lines() {
        return spark.createDataset(
            context.textFile(directory.toString(), 16).rdd(), Encoders.STRING());
      }
    };

    abstract Dataset<String> lines();
  }

  @ParameterizedTest
  @EnumSource
  void everyRecordCarriesTheNameOfItsOwnFile(Reader reader) {
    oneFileForEachPartition();

    assertNamesAreRight(lofn.map(named(reader.lines()).javaRDD(), CAT).collect());
  }

  @ParameterizedTest
  @EnumSource
  void everyRecordCarriesTheNameOfItsOwnFileWhereOneTaskReadsSeveral(Reader reader) {
    oneFileForEachPartition();

    assertNamesAreRight(lofn.map(named(reader.lines()).javaRDD().coalesce(2), CAT).collect());
    assertNamesAreRight(lofn.map(named(reader.lines().coalesce(3)).javaRDD(), CAT).collect());
  }

  @ParameterizedTest
  @EnumSource
  void everyRecordCarriesTheNameOfItsOwnFileBelowSeveralTools(Reader reader) {
    oneFileForEachPartition();

    JavaRDD<String> once = lofn.map(named(reader.lines()).javaRDD(), CAT);

    assertNamesAreRight(lofn.map(lofn.map(once, CAT).coalesce(3), CAT).collect());
  }

  @ParameterizedTest
  @EnumSource
  void everyRecordCarriesTheNameOfItsOwnFileInADataset(Reader reader) {
    oneFileForEachPartition();

    assertNamesAreRight(
        named(reader.lines()).mapPartitions(lofn.function(CAT), Encoders.STRING()).collectAsList());
  }

  private static void oneFileForEachPartition() {
    spark.conf().set("spark.sql.files.openCostInBytes", "1g");
  }

  private static Dataset<String> named(Dataset<String> lines) {
    return lines.select(concat_ws(" ", input_file_name(), col("value"))).as(Encoders.STRING());
  }

  private static void assertNamesAreRight(List<String> records) {
    assertThat(records).hasSize(80_000);
    assertThat(
            records.stream()
                .filter(
                    record -> {
                      String[] fields = record.split(" ", -1);
                      return !fields[0].endsWith("/" + fields[1]);
                    })
                .limit(5))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void upstreamCodeFindsItsOwnTask(int tools) {
    JavaRDD<String> tasks =
        context
            .parallelize(numbers(200), 20)
            .map(
                number -> {
                  TaskContext task = TaskContext.get();
                  return TaskContext.getPartitionId() + " " + task.taskAttemptId();
                });
    JavaRDD<String> mapped = tasks;
    for (int i = 0; i < tools; i++) {
      mapped = lofn.map(mapped, CAT);
    }

    List<String> wrong =
        mapped
            .mapPartitionsWithIndex(
                (partition, records) -> {
                  String own = partition + " " + TaskContext.get().taskAttemptId();
                  List<String> others = new ArrayList<>();
                  records.forEachRemaining(
                      record -> {
                        if (!record.equals(own)) {
                          others.add(record + " in " + own);
                        }
                      });
                  return others.iterator();
                },
                false)
            .collect();

    assertThat(wrong).isEmpty();
  }

  @Test
  void upstreamCodeFindsTheLoaderAndTheThreadLocalsOfItsTask() {
    JavaRDD<String> found =
        context
            .parallelize(numbers(16), 8)
            .mapPartitionsWithIndex(
                (partition, records) -> {
                  ClassLoader before = Thread.currentThread().getContextClassLoader();
                  ClassLoader own = new URLClassLoader("of " + partition, new URL[0], before);
                  String task = Thread.currentThread().getName();
                  Thread.currentThread().setContextClassLoader(own);
                  INHERITED.set("of " + partition);
                  MDC.put("lofn.test", "of " + partition);
                  TaskContext.get()
                      .addTaskCompletionListener(
                          (org.apache.spark.util.TaskCompletionListener)
                              ignored -> {
                                Thread.currentThread().setContextClassLoader(before);
                                INHERITED.remove();
                                MDC.remove("lofn.test");
                              });
                  return com.google.common.collect.Iterators.transform(
                      records,
                      record -> {
                        Thread stdinWriter = Thread.currentThread();
                        return String.join(
                            ", ",
                            "of " + partition,
                            stdinWriter.getContextClassLoader().getName(),
                            INHERITED.get(),
                            MDC.get("lofn.test"),
                            Boolean.toString(!stdinWriter.getName().equals(task)));
                      });
                },
                false);

    String own =
        lofn.map(found, CAT).collect().stream().distinct().collect(Collectors.joining("\n"));

    assertThat(own)
        .isEqualTo(
            IntStream.range(0, 8)
                .mapToObj(i -> "of %1$d, of %1$d, of %1$d, of %1$d, true".formatted(i))
                .collect(Collectors.joining("\n")));
  }

  private static List<String> numbers(int count) {
    return new ArrayList<>(IntStream.range(0, count).mapToObj(Integer::toString).toList());
  }
}
