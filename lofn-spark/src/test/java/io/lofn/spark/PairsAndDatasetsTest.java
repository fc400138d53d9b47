package io.lofn.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.BinaryFile;
import io.lofn.api.InputFiles;
import io.lofn.api.Lines;
import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;

/** Each operation takes pairs and Datasets as it takes RDDs. */
class PairsAndDatasetsTest {

  private static final Encoder<String> TEXT = Encoders.STRING();

  private static final Tool<String, String> CAT = Tool.pipe("any").command("cat");

  private static final Tool<String, BinaryFile> SAVE = CAT.output(BinaryFile.fromStdout());

  private static final Tool<Tuple2<String, String>, BinaryFile> SAVE_PAIRS =
      Tool.of(
              "any",
              Lines.text().<Tuple2<String, String>>toFilePerKey(pair -> "in", pair -> pair._2),
              BinaryFile.fromStdout())
          .shell("cat /shared/in");

  /** Pairs of a name and a number, which it adds up: one file and one line for each. */
  private static final Tool<Tuple2<String, String>, Tuple2<String, String>> SUM =
      Tool.of(
              "any",
              InputFiles.<Tuple2<String, String>>text(pair -> pair._1, pair -> pair._2 + "\n"),
              Lines.text().fromStdout().map(line -> new Tuple2<>("sum", line)))
          .shell("cat /shared/input/* | awk '{n += $1} END {print n + 0}'");

  @TempDir private static Path home;

  private static SparkSession spark;
  private static JavaSparkContext context;
  private static Lofn lofn;

  @BeforeAll
  static void startSpark() {
    spark = LocalSpark.start(Map.of("spark.lofn.output.dir", "file:" + home));
    context = new JavaSparkContext(spark.sparkContext());
    lofn = Lofn.on(spark);
  }

  @AfterAll
  static void stopSpark() {
    spark.stop();
  }

  private static List<String> texts() {
    return IntStream.range(0, 12).mapToObj(Integer::toString).toList();
  }

  private static JavaPairRDD<String, String> pairs() {
    return context.parallelize(texts(), 4).mapToPair(text -> new Tuple2<>("n" + text, text));
  }

  private static Dataset<String> data() {
    return spark.createDataset(context.parallelize(texts(), 4).rdd(), TEXT);
  }

  @Test
  void areReduced() {
    assertThat(lofn.reduce(pairs(), SUM).collect()).containsExactly(new Tuple2<>("sum", "66"));
    assertThat(lofn.reduce(pairs(), SUM, ReduceShape.fanIn(2)).collectAsMap())
        .containsExactly(Map.entry("sum", "66"));

    Dataset<String> reduced = lofn.reduce(data(), CAT, TEXT);
    assertThat(reduced.collectAsList()).isEqualTo(texts());
    assertThat(reduced.javaRDD().getNumPartitions()).isEqualTo(1);
    assertThat(lofn.reduce(data(), CAT, TEXT, ReduceShape.depth(2)).collectAsList())
        .isEqualTo(texts());
  }

  @Test
  void areReducedAsPairsOfPartitions() {
    Tool<String, String> tool =
        Tool.lines("any").shell("cd /shared && cat left right > output.txt");
    assertThat(
            lofn.reducePairs(
                    data(),
                    tool,
                    (left, right, run) -> {
                      Files.write(run.file("left"), (Iterable<String>) () -> left);
                      Files.write(run.file("right"), (Iterable<String>) () -> right);
                    },
                    TEXT)
                .collectAsList())
        .isEqualTo(texts());
    assertThat(
            lofn.reducePairs(
                    pairs(),
                    SUM.shell("cat /shared/* | awk '{n += $1} END {print n}'"),
                    (left, right, run) -> {
                      Path one = run.file("left");
                      Files.writeString(one, "");
                      while (left.hasNext()) {
                        Files.writeString(one, left.next()._2 + "\n", StandardOpenOption.APPEND);
                      }
                      Path other = run.file("right");
                      Files.writeString(other, "");
                      while (right.hasNext()) {
                        Files.writeString(other, right.next()._2 + "\n", StandardOpenOption.APPEND);
                      }
                    })
                .collect())
        .containsExactly(new Tuple2<>("sum", "66"));
  }

  @Test
  void areRepartitioned() {
    for (JavaPairRDD<String, String> repartitioned :
        List.of(
            lofn.repartitionBy(pairs(), pair -> Integer.parseInt(pair._2) % 3, 3),
            lofn.repartitionBy(
                pairs(), pair -> Integer.parseInt(pair._2) % 3, new HashPartitioner(3)))) {
      assertThat(repartitioned.values().glom().collect())
          .hasSize(3)
          .allSatisfy(
              part ->
                  assertThat(part.stream().map(text -> Integer.parseInt(text) % 3).distinct())
                      .hasSize(1));
    }
    for (Dataset<String> repartitioned :
        List.of(
            lofn.repartitionBy(data(), text -> Integer.parseInt(text) % 3, 3, TEXT),
            lofn.repartitionBy(
                data(), text -> Integer.parseInt(text) % 3, new HashPartitioner(3), TEXT))) {
      assertThat(repartitioned.javaRDD().glom().collect())
          .hasSize(3)
          .allSatisfy(part -> assertThat(part).hasSize(4));
    }
  }

  @Test
  void areKeptAsFiles(@TempDir Path elsewhere) {
    assertKept(lofn.mapBinary(pairs(), SAVE_PAIRS), home);
    assertKept(lofn.mapBinary(data(), SAVE), home);
    assertKept(lofn.mapBinary(pairs(), SAVE_PAIRS, "file:" + elsewhere), elsewhere);
    assertKept(lofn.mapBinary(data(), SAVE, "file:" + elsewhere), elsewhere);
  }

  private static void assertKept(BinaryOutputs outputs, Path parent) {
    try (outputs) {
      StringBuilder all = new StringBuilder();
      for (BinaryFile file : outputs.list()) {
        try (InputStream in = file.open()) {
          all.append(new String(in.readAllBytes(), UTF_8));
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      }
      assertThat(outputs.path()).startsWith("file:" + parent);
      assertThat(outputs.list()).hasSize(4);
      assertThat(all.toString().lines().toList()).isEqualTo(texts());
    }
  }

  @Test
  void areCollectedAtAPath(@TempDir Path directory) {
    lofn.collectReduce(pairs(), SAVE_PAIRS, directory + "/pairs");
    lofn.collectReduce(data(), SAVE, "file:" + directory + "/data");

    String all = String.join("\n", texts()) + "\n";
    assertThat(directory.resolve("pairs")).hasContent(all);
    assertThat(directory.resolve("data")).hasContent(all);
  }

  @Test
  void aStreamIsRefusedWithWhatToDo() {
    Dataset<String> stream =
        spark.readStream().format("rate").load().selectExpr("cast(value as string)").as(TEXT);
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> lofn.reduce(stream, CAT, TEXT),
            () -> lofn.reduce(stream, CAT, TEXT, ReduceShape.fanIn(2)),
            () -> lofn.mapBinary(stream, SAVE),
            () -> lofn.mapBinary(stream, SAVE, "file:" + home),
            () -> lofn.repartitionBy(stream, text -> text, 2, TEXT),
            () -> lofn.collectReduce(stream, SAVE, "/tmp/x"))) {
      assertThatThrownBy(call)
          .isInstanceOf(LofnException.class)
          .hasMessageContaining("does not take a stream; run it on each batch, in foreachBatch");
    }
  }
}
