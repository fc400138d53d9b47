package io.lofn.spark.reduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.spark.LocalSpark;
import io.lofn.spark.Lofn;
import io.lofn.spark.ReduceShape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.spark.HashPartitioner;
import org.apache.spark.MapOutputTrackerMaster;
import org.apache.spark.ShuffleDependency;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.DeterministicLevel;
import org.apache.spark.shuffle.FetchFailedException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scala.Enumeration;
import scala.Tuple2;

/** What Spark's scheduler knows of tools that depend on the order of records. */
class LevelledRDDTest {

  private static final int PARTITIONS = 3;
  private static final Tool<String, String> PLAIN = Tool.pipe("any").command("cat");
  private static final Tool<String, String> SENSITIVE = PLAIN.orderSensitive();
  private static final Enumeration.Value DETERMINATE = DeterministicLevel.DETERMINATE();
  private static final Enumeration.Value UNORDERED = DeterministicLevel.UNORDERED();
  private static final Enumeration.Value INDETERMINATE = DeterministicLevel.INDETERMINATE();

  /** Of a job's first shuffle; tasks run in this JVM. */
  private static final AtomicInteger RUNS = new AtomicInteger();

  private static SparkSession spark;
  private static JavaSparkContext context;
  private static Lofn lofn;

  @BeforeAll
  static void startSpark() {
    spark = LocalSpark.retrying(java.util.Map.of());
    context = new JavaSparkContext(spark.sparkContext());
    lofn = Lofn.on(spark);
  }

  @AfterAll
  static void stopSpark() {
    spark.stop();
  }

  @Test
  void whatAnOrderSensitiveToolMakesOfAShuffleIsIndeterminate() {
    assertThat(level(lofn.map(shuffled(), SENSITIVE))).isEqualTo(INDETERMINATE);
    assertThat(level(lofn.map(lofn.map(shuffled(), PLAIN), SENSITIVE))).isEqualTo(INDETERMINATE);
    assertThat(level(lofn.map(lofn.map(shuffled(), SENSITIVE), PLAIN))).isEqualTo(INDETERMINATE);
    assertThat(level(lofn.map(shuffled().filter(each -> true), SENSITIVE)))
        .isEqualTo(INDETERMINATE);
    assertThat(level(shuffledAgain(lofn.map(shuffled(), SENSITIVE)))).isEqualTo(INDETERMINATE);
    assertThat(level(lofn.map(shuffled().union(parallel()), SENSITIVE))).isEqualTo(INDETERMINATE);
  }

  @Test
  void otherToolsAndOtherInputsAreToSparkWhatTheyWere() {
    assertThat(level(lofn.map(shuffled(), PLAIN))).isEqualTo(UNORDERED);
    assertThat(level(lofn.map(parallel(), SENSITIVE))).isEqualTo(DETERMINATE);
    assertThat(level(lofn.map(lofn.map(parallel(), SENSITIVE), SENSITIVE))).isEqualTo(DETERMINATE);
  }

  /** Spark does not know that the records of a key may have but one order. */
  @Test
  void sparkTakesRecordsThatWereSortedWithinPartitionsForUnordered() {
    JavaRDD<String> sorted =
        keyed(parallel())
            .repartitionAndSortWithinPartitions(new HashPartitioner(PARTITIONS))
            .values();

    assertThat(level(sorted)).isEqualTo(UNORDERED);
    assertThat(level(lofn.map(sorted, SENSITIVE))).isEqualTo(INDETERMINATE);
  }

  @Test
  void mergingKeepsAnOrderThatIsGivenAndMakesNone() {
    assertThat(level(lofn.reduce(parallel(), PLAIN))).isEqualTo(DETERMINATE);
    assertThat(level(lofn.reduce(parallel(), SENSITIVE, ReduceShape.fanIn(2))))
        .isEqualTo(DETERMINATE);
    assertThat(level(lofn.reduce(shuffled(), PLAIN))).isEqualTo(UNORDERED);
    assertThat(level(lofn.reduce(shuffled(), SENSITIVE))).isEqualTo(INDETERMINATE);
    assertThat(level(lofn.reducePairs(parallel(), SENSITIVE, (left, right, run) -> {})))
        .isEqualTo(DETERMINATE);
    assertThat(level(lofn.reducePairs(shuffled(), SENSITIVE, (left, right, run) -> {})))
        .isEqualTo(INDETERMINATE);
  }

  @Test
  void whatIsKeptForGoodIsDeterminate(@TempDir Path directory) {
    context.setCheckpointDir(directory.toString());
    JavaRDD<String> mapped = lofn.map(shuffled(), SENSITIVE);
    mapped.checkpoint();

    assertThat(mapped.collect()).containsExactlyInAnyOrderElementsOf(numbers());
    assertThat(level(mapped.map(each -> each))).isEqualTo(DETERMINATE);
    assertThat(mapped.collect()).containsExactlyInAnyOrderElementsOf(numbers());
  }

  @Test
  void datasetsAreTakenForWhatTheirRecordsAre() {
    Dataset<String> data = spark.createDataset(numbers(), Encoders.STRING());
    Dataset<String> shuffled = data.repartition(PARTITIONS, data.col("value"));
    Dataset<String> mapped = lofn.map(shuffled, SENSITIVE, Encoders.STRING());

    assertThat(level(mapped.javaRDD())).isEqualTo(INDETERMINATE);
    assertThat(level(lofn.map(shuffled, PLAIN, Encoders.STRING()).javaRDD())).isEqualTo(UNORDERED);
    assertThat(level(lofn.map(data, SENSITIVE, Encoders.STRING()).javaRDD()))
        .isEqualTo(DETERMINATE);
    assertThat(mapped.collectAsList()).containsExactlyInAnyOrderElementsOf(numbers());
  }

  @Test
  void whereSparkCannotBeToldAnOrderSensitiveToolIsRefused() {
    Dataset<String> stream =
        spark
            .readStream()
            .format("rate")
            .load()
            .select("value")
            .map(
                (org.apache.spark.api.java.function.MapFunction<org.apache.spark.sql.Row, String>)
                    row -> String.valueOf(row.getLong(0)),
                Encoders.STRING());

    assertThat(lofn.map(stream, PLAIN, Encoders.STRING()).isStreaming()).isTrue();
    assertThatThrownBy(() -> lofn.map(stream, SENSITIVE, Encoders.STRING()))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("foreachBatch");
    assertThatThrownBy(() -> lofn.function(SENSITIVE))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("Lofn.map");
  }

  /** One of three partitions is lost; the others are made again if it may come out otherwise. */
  @ParameterizedTest
  @CsvSource({"false, 4", "true, 6"})
  void afterAFetchFailureSparkMakesAllAgainThatCouldDiffer(boolean sensitive, int runs) {
    JavaRDD<String> mapped =
        lofn.map(shuffled(), sensitive ? SENSITIVE : PLAIN)
            .mapPartitions(
                records -> {
                  RUNS.incrementAndGet();
                  return records;
                });
    JavaPairRDD<String, String> again = keyed(mapped).partitionBy(new HashPartitioner(1));
    int shuffle = ((ShuffleDependency<?, ?, ?>) again.rdd().dependencies().head()).shuffleId();
    RUNS.set(0);

    List<String> records = again.values().mapPartitions(each -> failOnce(shuffle, each)).collect();

    assertThat(records).containsExactlyInAnyOrderElementsOf(numbers());
    assertThat(RUNS).hasValue(runs);
  }

  private static Iterator<String> failOnce(int shuffle, Iterator<String> records)
      throws FetchFailedException {
    if (TaskContext.get().stageAttemptNumber() == 0) {
      SparkEnv node = SparkEnv.get();
      ((MapOutputTrackerMaster) node.mapOutputTracker())
          .unregisterMapOutput(shuffle, 0, node.blockManager().shuffleServerId());
      throw new FetchFailedException(null, shuffle, 0, 0, 0, "a node is gone", null);
    }
    return records;
  }

  private static Enumeration.Value level(JavaRDD<?> rdd) {
    return rdd.rdd().outputDeterministicLevel();
  }

  private static JavaRDD<String> parallel() {
    return context.parallelize(numbers(), PARTITIONS);
  }

  private static JavaRDD<String> shuffled() {
    return shuffledAgain(parallel());
  }

  private static JavaRDD<String> shuffledAgain(JavaRDD<String> rdd) {
    return lofn.repartitionBy(rdd, each -> each, PARTITIONS);
  }

  private static JavaPairRDD<String, String> keyed(JavaRDD<String> rdd) {
    return rdd.mapToPair(each -> new Tuple2<>(each, each));
  }

  private static List<String> numbers() {
    return new ArrayList<>(IntStream.range(0, 30).mapToObj(Integer::toString).toList());
  }
}
