package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lofn.api.BinaryFile;
import io.lofn.api.InputFiles;
import io.lofn.api.Lines;
import io.lofn.api.LofnException;
import io.lofn.api.PartitionWriter;
import io.lofn.api.Tool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scala.Tuple2;

/** RDDs and Datasets that hold null, or what their type does not say. */
class BadRecordsTest {

  private static SparkSession spark;
  private static JavaSparkContext context;
  private static Lofn lofn;

  @BeforeAll
  static void startSpark() {
    spark = LocalSpark.start();
    context = new JavaSparkContext(spark.sparkContext());
    lofn = Lofn.on(spark);
  }

  @AfterAll
  static void stopSpark() {
    spark.stop();
  }

  static Stream<PartitionWriter<String>> writers() {
    return Stream.of(
        Lines.text().toFile("input.txt"),
        Lines.text().toStdin(),
        InputFiles.text(name -> name.strip(), text -> text));
  }

  @ParameterizedTest
  @MethodSource("writers")
  void aNullRecordIsNamedWithRunPartitionAndNumber(PartitionWriter<String> writer) {
    JavaRDD<String> rdd = rdd("a", "b", "c", "d", null, "f");

    assertTold(
        () -> lofn.map(rdd, tool(writer)).collect(),
        "map of any, stage ",
        ", partition 1, attempt 0 ",
        ": record 1 (from 0) of the partition is null, which cannot be written",
        ".filter(record -> record != null)");
  }

  @Test
  void numbersThatAreGivenToAToolOfTextAreNamed() {
    JavaRDD<String> rdd = rdd("a", "b", "c", "d", 5, 6);
    Tool<String, String> tool = tool(Lines.text().toStdin());
    String[] told = {
      ", partition 1, ",
      "record 1 (from 0) of the partition is java.lang.Integer where the layout writes"
          + " java.lang.String: make strings of the records before the tool",
      ".map(String::valueOf)"
    };

    assertTold(() -> lofn.map(rdd, tool).collect(), told);
    assertTold(() -> lofn.reduce(rdd, tool).collect(), told);
    assertTold(() -> rdd.mapPartitions(lofn.function(tool)).collect(), told);
  }

  @Test
  void rowsThatAreGivenToAToolOfTextAreNamed() {
    @SuppressWarnings({"unchecked", "rawtypes"}) // as users of Scala and of raw types can
    Dataset<String> rows = (Dataset) spark.range(3).toDF("id");

    assertTold(
        () -> lofn.map(rows, tool(Lines.text().toFile("a")), Encoders.STRING()).collectAsList(),
        "record 0 (from 0) of the partition is org.apache.spark.sql.",
        " where the layout writes java.lang.String: ",
        ".select(\"name\").as(Encoders.STRING())");
  }

  @Test
  void nullsOfADatasetAreNamed() {
    Dataset<String> data = spark.createDataset(Arrays.asList("a", null), Encoders.STRING());

    assertTold(
        () ->
            lofn.map(data.coalesce(1), tool(Lines.text().toStdin()), Encoders.STRING())
                .collectAsList(),
        "partition 0, ",
        "record 1 (from 0) of the partition is null");
  }

  @Test
  void pairsOfOtherTypesAreNamed() {
    @SuppressWarnings({"unchecked", "rawtypes"})
    JavaPairRDD<String, String> pairs =
        JavaPairRDD.fromJavaRDD((JavaRDD) rdd(new Tuple2<>("a", "b"), new Tuple2<>(7, "c")));
    for (PartitionWriter<Tuple2<String, String>> writer :
        List.<PartitionWriter<Tuple2<String, String>>>of(
            InputFiles.text(Tuple2::_1, Tuple2::_2),
            InputFiles.text(pair -> pair._1, pair -> pair._2),
            Lines.text().toFilePerKey(pair -> pair._1, pair -> pair._2))) {
      assertTold(
          () -> lofn.map(pairs, tool(writer)).collect(),
          "partition 1, ",
          "record 0 (from 0) of the partition ",
          "java.lang.Integer",
          "the file's name");
    }
  }

  @Test
  void recordsThatAreNoPairsAreNamed() {
    @SuppressWarnings({"unchecked", "rawtypes"})
    JavaRDD<Tuple2<String, String>> texts = (JavaRDD) rdd("a", "b");

    assertTold(
        () -> lofn.map(texts, tool(InputFiles.text(Tuple2::_1, Tuple2::_2))).collect(),
        "record 0 (from 0) of the partition is java.lang.String, which the function that gives the"
            + " file's name does not take");
  }

  @Test
  void bytesOfAnotherTypeAreNamedByEveryOperation(@TempDir Path directory) {
    @SuppressWarnings({"unchecked", "rawtypes"})
    JavaRDD<byte[]> rdd = (JavaRDD) rdd("a", "b");
    Tool<byte[], BinaryFile> tool =
        Tool.of("any", Lines.text().bytes().toStdin(), BinaryFile.fromStdout()).command("cat");
    String told = "record 0 (from 0) of the partition is java.lang.String where the layout writes";

    assertTold(() -> lofn.mapBinary(rdd, tool, "file:" + directory).close(), told, " byte[]");
    assertTold(() -> lofn.collectReduce(rdd, tool, "file:" + directory + "/all"), told);
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static JavaRDD<String> rdd(Object... records) {
    return (JavaRDD) context.parallelize(new ArrayList<>(Arrays.asList(records)), 2);
  }

  private static <I> Tool<I, String> tool(PartitionWriter<I> writer) {
    return Tool.of("any", writer, Lines.text().fromStdout()).command("cat");
  }

  /** One exception of lofn, and none from inside. */
  private static void assertTold(ThrowingCallable call, String... words) {
    Throwable thrown = catchThrowable(call);
    while (thrown != null && !(thrown instanceof LofnException)) {
      assertThat(thrown).isNotInstanceOfAny(NullPointerException.class, ClassCastException.class);
      thrown = thrown.getCause();
    }
    assertThat(thrown).isInstanceOf(LofnException.class).hasMessageContainingAll(words);
  }
}
