package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.InputFiles;
import io.lofn.api.Lines;
import io.lofn.api.OutputFiles;
import io.lofn.api.OutputReader;
import io.lofn.api.PartitionWriter;
import io.lofn.api.Tool;
import io.lofn.api.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.input.PortableDataStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;

/** The examples of the public Javadoc, as they stand there, compiled and run. */
class JavadocExamplesTest {

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

  @Test
  void mapAndReduce() {
    JavaRDD<String> lines = context.parallelize(List.of("b", "a", "b"), 2);

    JavaRDD<String> counts =
        lofn.map(
            lines,
            Tool.lines("busybox:1").shell("sort /shared/input.txt | uniq -c > /shared/output.txt"));
    JavaRDD<String> total =
        lofn.reduce(counts, Tool.pipe("busybox:1").command("awk", "{n += $1} END {print n}"));

    assertThat(total.collect()).containsExactly("3");
  }

  @Test
  void reducePairs() {
    JavaRDD<String> sortedParts = context.parallelize(List.of("a", "c", "b", "d"), 2);

    JavaRDD<String> sorted =
        lofn.reducePairs(
            sortedParts,
            Tool.lines("busybox:1").shell("cd /shared && sort -m left right > output.txt"),
            (left, right, run) -> {
              Files.write(run.file("left"), (Iterable<String>) () -> left);
              Files.write(run.file("right"), (Iterable<String>) () -> right);
            });

    assertThat(sorted.collect()).containsExactly("a", "b", "c", "d");
  }

  @Test
  void repartitionBy() {
    JavaRDD<String> reads = context.parallelize(List.of("x\t1", "y\t2", "x\t3"), 3);
    Tool<String, String> tool = Tool.pipe("busybox:1").shell("cut -f1 | sort -u");

    assertThat(
            lofn.map(
                    lofn.repartitionBy(reads, read -> read.substring(0, read.indexOf('\t')), 8),
                    tool)
                .collect())
        .containsExactlyInAnyOrder("x", "y");
  }

  @Test
  void linesOfBytes() {
    String image = "busybox:1";
    Tool<byte[], byte[]> tool =
        Tool.of(image, Lines.text().bytes().toStdin(), Lines.text().bytes().fromStdout());
    byte[] noText = {(byte) 0xff, 0, 1};

    assertThat(lofn.map(context.parallelize(List.of(noText), 1), tool.command("cat")).collect())
        .singleElement()
        .isEqualTo(noText);
  }

  @Test
  void mapPairsAndDatasets(@TempDir Path directory) throws IOException {
    Files.writeString(directory.resolve("a.txt"), "one\ntwo\n");
    Tool<Tuple2<String, String>, String> tool =
        Tool.of("busybox:1", InputFiles.text(Tuple2::_1, Tuple2::_2), Lines.text().fromStdout());
    JavaRDD<String> lines =
        lofn.map(context.wholeTextFiles(directory.toString()), tool.shell("cat /shared/input/*"));
    Dataset<String> upper =
        lofn.map(
            spark.createDataset(lines.collect(), Encoders.STRING()),
            Tool.pipe("busybox:1").command("tr", "a-z", "A-Z"),
            Encoders.STRING());

    assertThat(upper.collectAsList()).containsExactlyInAnyOrder("ONE", "TWO");
  }

  @Test
  @SuppressWarnings("StreamResourceLeak") // a run closes the stream of its reader
  void layoutsOfAUser() {
    PartitionWriter<String> ids =
        (records, run) -> Files.write(run.file("ids.txt"), (Iterable<String>) () -> records);
    OutputReader<String> hits = run -> Files.lines(run.file("hits.txt"));

    assertThat(
            lofn.map(
                    context.parallelize(List.of("a", "b"), 1),
                    Tool.of("busybox:1", ids, hits).shell("cd /shared && cp ids.txt hits.txt"))
                .collect())
        .containsExactly("a", "b");
  }

  @Test
  void layoutsThatShip() {
    InputFiles<Tuple2<String, PortableDataStream>> binaryFiles =
        InputFiles.<Tuple2<String, PortableDataStream>>streams(
            file -> file._1, file -> file._2.open());
    PartitionWriter<Tuple2<String, String>> perKey =
        Lines.text()
            .<Tuple2<String, String>>toFilePerKey(pair -> pair._1 + ".txt", pair -> pair._2);
    PartitionWriter<Tuple2<String, String>> parallel =
        Lines.text()
            .multiLine()
            .<Tuple2<String, String>>toParallelFiles(
                Map.of("r1.fq", pair -> pair._1, "r2.fq", pair -> pair._2));
    OutputReader<Tuple2<String, String>> variants =
        OutputFiles.matching("out/**.vcf").text(Tuple2::new);
    OutputReader<Tuple2<String, String>> several =
        Lines.text()
            .fromFile("hits.txt")
            .map(hit -> new Tuple2<>("hit", hit))
            .and(Lines.text().fromFile("log.txt").map(line -> new Tuple2<>("log", line)));

    assertThat(List.of(binaryFiles, perKey, parallel)).noneMatch(PartitionWriter::usesStdin);
    assertThat(List.of(variants, several)).doesNotContainNull();
  }

  @Test
  void volumes() {
    assertThat(Volume.of("hdfs:///reference/hg38").at("/reference").isReadOnly()).isTrue();
    assertThat(Volume.listOf(Map.of("/data/reference", Map.of("bind", "/reference", "mode", "ro"))))
        .hasSize(1);
  }

  @Test
  void aReduceDoesNotDependOnTheNumberOfPartitions() {
    List<String> numbers = IntStream.range(0, 150).mapToObj(Integer::toString).toList();

    assertThat(
            lofn.reduce(
                    context.parallelize(numbers, 100),
                    Tool.pipe("busybox:1").command("cat"),
                    ReduceShape.depth(2))
                .collect())
        .isEqualTo(numbers);
  }
}
