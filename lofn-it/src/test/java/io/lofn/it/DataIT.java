package io.lofn.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.InputFiles;
import io.lofn.api.Lines;
import io.lofn.api.OutputFiles;
import io.lofn.api.Tool;
import io.lofn.api.ToolFailedException;
import io.lofn.api.Volume;
import io.lofn.spark.Lofn;
import io.lofn.spark.ReduceShape;
import io.lofn.spark.ToolFunction;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.input.PortableDataStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scala.Tuple2;

/** Each way to lay data out, on each engine, against an independent computation. */
class DataIT {

  private static final String IMAGE = "busybox:1";

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  static List<Map<String, String>> runtimes() {
    return Engines.EACH;
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    SPARK.awaitNothingLeft();
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aWordCountDoesNotDependOnPartitionsFanInOrNames(Map<String, String> runtime) {
    for (int partitions : List.of(1, 2, 7)) {
      for (int fanIn : List.of(2, 5)) {
        assertWordsAreCounted(runtime, partitions, fanIn);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aWordCountIsTheSameForAHundredPartitions(Map<String, String> runtime) {
    assertWordsAreCounted(runtime, 100, 8);
  }

  private static void assertWordsAreCounted(
      Map<String, String> runtime, int partitions, int fanIn) {
    List<String> words = new Random(2).ints(2_000, 0, 50).mapToObj(number -> "w" + number).toList();
    Tool<String, String> count =
        Tool.of(IMAGE, Lines.text().toFile("words.in"), Lines.text().fromFile("sub/counts.out"))
            .shell(
                "mkdir /shared/sub; sort /shared/words.in | uniq -c | awk '{print $1, $2}'"
                    + " > /shared/sub/counts.out");
    Tool<String, String> merge =
        Tool.pipe(IMAGE).shell("awk '{n[$2] += $1} END {for (w in n) print n[w], w}' | sort");
    Map<String, Long> counted = words.stream().collect(groupingBy(Function.identity(), counting()));
    List<String> expected =
        counted.entrySet().stream().map(e -> e.getValue() + " " + e.getKey()).sorted().toList();
    Lofn lofn = SPARK.lofn(runtime);

    JavaRDD<String> counts = lofn.map(SPARK.context().parallelize(words, partitions), count);

    assertThat(lofn.reduce(counts, merge, ReduceShape.fanIn(fanIn)).collect()).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aReduceRunsAsManyContainersAsItsTreeHasNodes(
      Map<String, String> runtime, @TempDir Path counter) throws IOException {
    Path runs = Files.createFile(counter.resolve("runs"));
    Tool<String, String> tool =
        Tool.pipe(IMAGE)
            .volume(Volume.of(counter.toString()).at("/counter").readWrite())
            .shell("echo run >> /counter/runs; cat");
    List<String> records = numbers(20);

    List<String> reduced =
        SPARK
            .lofn(runtime)
            .reduce(SPARK.context().parallelize(records, 10), tool, ReduceShape.fanIn(3))
            .collect();

    assertThat(reduced).isEqualTo(records);
    // 10 leaves; 3 of the 4 groups of up to 3 merge and one passes; then 1 merges and one passes;
    // then 1.
    assertThat(Files.readAllLines(runs)).hasSize(10 + 3 + 1 + 1);
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aRecordCanBeSplitIntoTwoFiles(Map<String, String> runtime) {
    Tool<Tuple2<String, String>, String> tool =
        Tool.of(
                IMAGE,
                Lines.text()
                    .<Tuple2<String, String>>toParallelFiles(
                        Map.of("r1.txt", pair -> pair._1, "r2.txt", pair -> pair._2)),
                Lines.text().fromStdout())
            .shell("cd /shared && paste -d : r1.txt r2.txt");
    List<Tuple2<String, String>> pairs =
        List.of(new Tuple2<>("a", "1"), new Tuple2<>("b", "2"), new Tuple2<>("c", "3"));

    assertThat(SPARK.lofn(runtime).map(SPARK.context().parallelizePairs(pairs, 2), tool).collect())
        .containsExactly("a:1", "b:2", "c:3");
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void pairsAreMergedFromTwoNamedFiles(Map<String, String> runtime) {
    Tool<String, String> tool =
        Tool.lines(IMAGE).shell("cd /shared && cat first second > output.txt");
    List<String> records = numbers(40);

    JavaRDD<String> merged =
        SPARK
            .lofn(runtime)
            .reducePairs(
                SPARK.context().parallelize(records, 5),
                tool,
                (left, right, run) -> {
                  Files.write(run.file("first"), (Iterable<String>) () -> left);
                  Files.write(run.file("second"), (Iterable<String>) () -> right);
                });

    assertThat(merged.collect()).isEqualTo(records);
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void compressedFilesBecomeTextFilesBecomeLines(Map<String, String> runtime, @TempDir Path data)
      throws IOException {
    TreeMap<String, Integer> expected = new TreeMap<>();
    Random random = new Random(3);
    for (int i = 0; i < 5; i++) {
      String dna =
          random
              .ints(500, 0, 4)
              .mapToObj(n -> "ACGT".substring(n, n + 1))
              .reduce("", String::concat);
      expected.put("dna" + i, (int) dna.chars().filter(base -> base == 'G' || base == 'C').count());
      try (OutputStream out =
          new GZIPOutputStream(Files.newOutputStream(data.resolve("dna" + i + ".txt.gz")))) {
        out.write(dna.getBytes(UTF_8));
      }
    }
    Lofn lofn = SPARK.lofn(runtime);
    Tool<Tuple2<String, PortableDataStream>, Tuple2<String, String>> unpack =
        Tool.of(
                IMAGE,
                InputFiles.<Tuple2<String, PortableDataStream>>streams(
                    file -> file._1, file -> file._2.open()),
                OutputFiles.matching("input/*.txt").<Tuple2<String, String>>text(Tuple2::new))
            .shell("gunzip /shared/input/*.gz 2>&1 || ls /shared/input");
    Tool<Tuple2<String, String>, String> count =
        Tool.of(
                IMAGE,
                InputFiles.<Tuple2<String, String>>text(file -> file._1, file -> file._2),
                Lines.text().fromStdout())
            .shell(
                "cd /shared/input; for f in *; do echo ${f%.txt} $(tr -dc GC < $f | wc -c); done");
    Tool<String, String> sum = Tool.pipe(IMAGE).command("awk", "{n += $2} END {print \"all\", n}");

    JavaRDD<Tuple2<String, String>> texts =
        lofn.map(SPARK.context().binaryFiles(data.toString(), 2), unpack);
    JavaRDD<String> counts = lofn.map(texts, count);

    assertThat(counts.collect())
        .containsExactlyInAnyOrderElementsOf(
            expected.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList());
    assertThat(lofn.reduce(counts, sum).collect())
        .containsExactly("all " + expected.values().stream().mapToInt(n -> n).sum());
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aPartitionerKeepsEachKeyWhole(Map<String, String> runtime) {
    Lofn lofn = SPARK.lofn(runtime);
    Tool<String, String> distinct = Tool.pipe(IMAGE).shell("cut -c1 | sort -u | tr -d '\\n'; echo");

    List<String> keys =
        lofn.map(
                lofn.repartitionBy(
                    SPARK.context().parallelize(numbers(300), 6),
                    record -> record.substring(0, 1),
                    new OddAndEven()),
                distinct)
            .collect();

    assertThat(keys).containsExactly("02468", "13579");
  }

  /** Even digits to the first partition, odd ones to the second. */
  private static final class OddAndEven extends Partitioner {

    private static final long serialVersionUID = 1L;

    @Override
    public int numPartitions() {
      return 2;
    }

    @Override
    public int getPartition(Object key) {
      return Integer.parseInt((String) key) % 2;
    }
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void anOutputOfARunGoesOnWhereTheStandardInputCameFrom(Map<String, String> runtime) {
    Tool<String, Tuple2<String, String>> split =
        Tool.pipe(IMAGE)
            .shell(
                "mkdir /shared/out; cd /shared/out; while read n; do echo $n > $((n % 3)).txt; done")
            .output(OutputFiles.matching("out/*.txt").<Tuple2<String, String>>text(Tuple2::new));

    assertThat(SPARK.lofn(runtime).map(SPARK.context().parallelize(numbers(9), 1), split).collect())
        .containsExactly(
            new Tuple2<>("out/0.txt", "6\n"),
            new Tuple2<>("out/1.txt", "7\n"),
            new Tuple2<>("out/2.txt", "8\n"));
  }

  @ParameterizedTest
  @MethodSource("runtimes")
  void aHundredPartitionsThatFailLeaveNothing(Map<String, String> runtime) {
    ToolFunction<String, String> fails =
        SPARK.lofn(runtime).function(Tool.lines(IMAGE).shell("echo no >&2; exit 7"));

    List<String> failures =
        SPARK
            .context()
            .parallelize(numbers(100), 100)
            .mapPartitions(
                records -> {
                  try {
                    return fails.call(records);
                  } catch (ToolFailedException e) {
                    return List.of(e.exitCode().orElse(0) + " " + e.stderrTail()).iterator();
                  }
                })
            .collect();

    assertThat(failures).hasSize(100).containsOnly("7 no\n");
  }

  private static List<String> numbers(int count) {
    return Stream.iterate(0, number -> number + 1).limit(count).map(String::valueOf).toList();
  }
}
