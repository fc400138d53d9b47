package io.lofn.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.BinaryFile;
import io.lofn.api.Lines;
import io.lofn.api.OutputFiles;
import io.lofn.api.Tool;
import io.lofn.spark.doctor.DoctorOptions;
import io.lofn.spark.doctor.DoctorReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;

/** Every operation where Kryo takes only classes that are registered, and users register none. */
class KryoTest {

  private static final Tool<String, String> CAT = Tool.pipe("any").command("cat");

  private static final Tool<String, BinaryFile> SAVE = CAT.output(BinaryFile.fromStdout());

  @TempDir private static Path home;

  private static SparkSession spark;
  private static JavaSparkContext context;
  private static Lofn lofn;

  @BeforeAll
  static void startSpark() {
    spark =
        LocalSpark.start(
            Map.of(
                "spark.serializer", "org.apache.spark.serializer.KryoSerializer",
                "spark.kryo.registrationRequired", "true",
                "spark.lofn.output.dir", "file:" + home));
    context = new JavaSparkContext(spark.sparkContext());
    lofn = Lofn.on(spark);
  }

  @AfterAll
  static void stopSpark() {
    spark.stop();
  }

  @Test
  void maps() {
    assertThat(lofn.map(lines(), CAT).collect()).isEqualTo(texts());
    Dataset<String> data = spark.createDataset(texts(), Encoders.STRING());
    assertThat(lofn.map(data, CAT, Encoders.STRING()).collectAsList())
        .containsExactlyInAnyOrderElementsOf(texts());
    assertThat(lofn.map(lines(), CAT.orderSensitive()).collect()).isEqualTo(texts());
    assertThat(lines().mapPartitions(lofn.function(CAT)).collect()).isEqualTo(texts());
  }

  @Test
  void mapsPairsAndFilesByName() {
    JavaPairRDD<String, String> pairs = lines().mapToPair(line -> new Tuple2<>(line, line));
    Tool<Tuple2<String, String>, Tuple2<String, String>> tool =
        Tool.of(
                "any",
                Lines.text().<Tuple2<String, String>>toFilePerKey(pair -> pair._1, pair -> pair._2),
                OutputFiles.matching("out/*").text((name, text) -> new Tuple2<>(name, text)))
            .shell("mkdir /shared/out; cd /shared; for i in [0-9]*; do cp $i out/$i; done");

    assertThat(lofn.map(pairs, tool).count()).isEqualTo(9);
    assertThat(lofn.map(pairs, tool).map(Tuple2::_2).collect())
        .containsExactlyElementsOf(texts().stream().map(text -> text + "\n").toList());
  }

  @Test
  void reducesAndRepartitions() {
    assertThat(lofn.reduce(lines(), CAT, ReduceShape.fanIn(2)).collect()).isEqualTo(texts());
    Tool<String, String> merge =
        Tool.lines("any").shell("cd /shared && cat left right > output.txt");
    assertThat(
            lofn.reducePairs(
                    lines(),
                    merge,
                    (left, right, run) -> {
                      Files.write(run.file("left"), (Iterable<String>) () -> left);
                      Files.write(run.file("right"), (Iterable<String>) () -> right);
                    })
                .collect())
        .isEqualTo(texts());
    assertThat(lofn.repartitionBy(lines(), line -> line, 3).collect())
        .containsExactlyInAnyOrderElementsOf(texts());
  }

  @Test
  void reducesAndRepartitionsPairsAndDatasets() {
    Dataset<String> data = spark.createDataset(lines().rdd(), Encoders.STRING());
    assertThat(lofn.reduce(data, CAT, Encoders.STRING()).collectAsList()).isEqualTo(texts());
    assertThat(lofn.repartitionBy(data, text -> text, 2, Encoders.STRING()).count()).isEqualTo(9);
    JavaPairRDD<String, String> pairs = lines().mapToPair(line -> new Tuple2<>(line, line));
    assertThat(lofn.repartitionBy(pairs, Tuple2::_1, 2).collect()).hasSize(9);
    Tool<Tuple2<String, String>, Tuple2<String, String>> first =
        Tool.of(
                "any",
                Lines.text().<Tuple2<String, String>>toFilePerKey(pair -> "in", pair -> pair._2),
                Lines.text().fromStdout().map(line -> new Tuple2<>(line, line)))
            .shell("cat /shared/in");
    assertThat(lofn.reduce(pairs, first).values().collect()).isEqualTo(texts());
  }

  @Test
  void keepsAndReducesBinaryOutputs() throws IOException {
    Tool<BinaryFile, BinaryFile> concat =
        Tool.of("any", BinaryFile.toNumberedFiles(), BinaryFile.fromFile("output.bin"))
            .shell("cat /shared/input_* > /shared/output.bin");
    try (BinaryOutputs out = lofn.mapBinary(lines(), SAVE)) {
      try (BinaryOutputs one = lofn.reduceBinary(out, concat)) {
        assertThat(new String(one.bytes(), UTF_8).lines().toList()).isEqualTo(texts());
      }
      try (BinaryOutputs one =
          lofn.reduceBinary(context.binaryFiles(out.path()), concat, ReduceShape.fanIn(2))) {
        assertThat(new String(one.bytes(), UTF_8).lines().toList()).isEqualTo(texts());
      }
    }
    try (BinaryOutputs out = lofn.mapBinary(lines(), SAVE)) {
      assertThat(out.moveTo("file:" + home + "/kept")).endsWith("/kept");
    }
    lofn.collectReduce(lines(), SAVE, "file:" + home + "/all");
    assertThat(home.resolve("all")).hasContent(String.join("\n", texts()) + "\n");
  }

  @Test
  void preparesImagesAndExaminesNodes() {
    assertThat(lofn.prepareImages(CAT)).hasSize(1);
    DoctorReport report =
        Doctor.examine(context, DoctorOptions.parse().orElseThrow(), Duration.ofMillis(1));
    assertThat(report.isGood()).as(report.toString()).isTrue();
  }

  private static JavaRDD<String> lines() {
    return context.parallelize(texts(), 3);
  }

  private static List<String> texts() {
    return IntStream.range(0, 9).mapToObj(Integer::toString).toList();
  }
}
