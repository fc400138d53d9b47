package io.lofn.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Gzip;
import io.lofn.api.Tool;
import io.lofn.spark.BinaryOutputs;
import io.lofn.spark.Lofn;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.WriterAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;

/** The recipes of {@code docs/recipes.md}, on docker. */
class RecipesIT {

  private static final String SPLIT_SIZE = "mapreduce.input.fileinputformat.split.maxsize";

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @TempDir private Path directory;

  private Lofn lofn;
  private JavaSparkContext context;

  @BeforeEach
  void start() {
    context = SPARK.context();
    lofn = SPARK.lofn(Map.of("spark.lofn.runtime", "docker"));
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    SPARK.awaitNothingLeft();
  }

  @Test
  void eachPartitionOfACsvFileHasTheHeaderAndTheResultHasOne() {
    JavaRDD<String> lines = lines(3, "name,age", "a,17", "b,18", "c,3", "d,80");

    assertThat(Recipes.csv(lofn, lines).collect()).containsExactly("name,age", "b,18", "d,80");
  }

  @Test
  void aVcfFileKeepsItsHeaderOnce() {
    JavaRDD<String> vcf =
        lines(
            3,
            "##fileformat=VCFv4.3",
            "#CHROM\tPOS\tID\tREF\tALT\tQUAL",
            "1\t10\t.\tA\tC\t50",
            "1\t20\t.\tG\tT\t9",
            "2\t30\t.\tC\tA\t31");
    // Fails without its header, as tools for VCF files do.
    String filter = "awk '/^##fileformat/ {n++} /^#/ || $6 >= 30 {print} END {exit n != 1}'";

    JavaRDD<String> good = Recipes.withHeader(lofn, vcf, "#", "busybox:1", filter);

    assertThat(good.collect())
        .containsExactly(
            "##fileformat=VCFv4.3",
            "#CHROM\tPOS\tID\tREF\tALT\tQUAL",
            "1\t10\t.\tA\tC\t50",
            "2\t30\t.\tC\tA\t31");
  }

  @Test
  void aSamFileKeepsTheHeaderThatTheToolChanged() {
    JavaRDD<String> sam =
        lines(2, "@HD\tVN:1.6", "r1\t0\tlambda\t1\t60", "r2\t4\t*\t0\t0", "r3\t0\tlambda\t7\t60");
    String mapped = "awk '/^@/ {print; print \"@PG\\tID:awk\"} !/^@/ && $2 != 4'";

    assertThat(Recipes.withHeader(lofn, sam, "@", "busybox:1", mapped).collect())
        .containsExactly(
            "@HD\tVN:1.6", "@PG\tID:awk", "r1\t0\tlambda\t1\t60", "r3\t0\tlambda\t7\t60");
  }

  @Test
  void fastaRecordsAreWholeWhereverTheFileIsSplit() throws IOException {
    StringBuilder text = new StringBuilder();
    IntStream.range(0, 40)
        .forEach(n -> text.append(">s" + n + " x>y\nACG" + "T".repeat(n) + "\nGG\n"));
    Path file = Files.writeString(directory.resolve("genome.fa"), text);
    context.hadoopConfiguration().set(SPLIT_SIZE, "300");
    try {
      JavaRDD<String> records = Recipes.fasta(context, file.toString());

      assertThat(records.getNumPartitions()).isGreaterThan(3);
      assertThat(String.join("\n", records.collect()) + "\n").isEqualTo(text.toString());
      assertThat(Recipes.reverseComplement(lofn, records.coalesce(2)).collect())
          .hasSize(40)
          .startsWith(">s0 x>y\nCGT\nCC", ">s1 x>y\nACGT\nCC");
    } finally {
      context.hadoopConfiguration().unset(SPLIT_SIZE);
    }
  }

  @Test
  void fastqRecordsAreWholeWhereverTheFileIsSplit() throws IOException {
    StringBuilder text = new StringBuilder();
    IntStream.range(1, 41)
        .forEach(
            n -> text.append("@r" + n + "\n" + "A".repeat(n) + "\n+\n" + "@".repeat(n) + "\n"));
    Path file = Files.writeString(directory.resolve("reads.fq"), text);
    context.hadoopConfiguration().set(SPLIT_SIZE, "500");
    try {
      JavaRDD<String> reads = Recipes.fastq(context, file.toString());

      assertThat(reads.getNumPartitions()).isGreaterThan(3);
      assertThat(reads.first()).isEqualTo("@r1\nA\n+\n@");
      assertThat(Recipes.readLengths(lofn, reads.coalesce(2)).collect())
          .containsExactlyElementsOf(IntStream.range(1, 41).mapToObj(Integer::toString).toList());
    } finally {
      context.hadoopConfiguration().unset(SPLIT_SIZE);
    }
  }

  @Test
  void gzipOfSeveralMembersIsOneFile() throws IOException {
    try (BinaryOutputs one =
        Recipes.gzipInParts(lofn, context.parallelize(List.of("a", "b", "c"), 3))) {
      assertThat(Gzip.open(one.open()).readAllBytes()).asString(UTF_8).isEqualTo("a\nb\nc\n");
    }
    assertThat(Recipes.throughGzip(lofn, lines(1, "a", "b")).collect())
        .containsExactly("a", "b", "a", "b");
  }

  @Test
  void aToolGetsTwoDatasets() {
    JavaRDD<String> left = context.parallelize(List.of("a", "b", "c", "d"), 2);
    JavaRDD<String> right = context.parallelize(List.of("b"), 2);

    assertThat(Recipes.notInRight(lofn, left, right).collect()).containsExactly("a", "b", "c", "d");
    assertThat(Recipes.notInRight(lofn, left.coalesce(1), right.coalesce(1)).collect())
        .containsExactly("a", "c", "d");
  }

  @Test
  void aKeyThatAPartitionLacksHasAnEmptyFile() {
    JavaRDD<Tuple2<String, String>> pairs =
        context.parallelize(List.of(new Tuple2<>("b", "1"), new Tuple2<>("c", "2")), 2);

    assertThat(Recipes.countPerKey(lofn, pairs).collect())
        .containsExactly("a 0", "b 1", "c 0", "a 0", "b 0", "c 1");
  }

  @Test
  void aCommandThatReadsStandardInputGetsTheRecordsThereAndIsWarnedOfOtherwise() {
    Tool<String, String> wrong = Tool.lines("busybox:1").shell("sort > /shared/output.txt");
    JavaRDD<String> lines = context.parallelize(List.of("b", "a", "c"), 1);

    assertThat(Recipes.sortFromStdin(lofn, lines).collect()).containsExactly("a", "b", "c");
    String log =
        logOf(
            () -> {
              assertThat(lofn.map(lines, wrong).collect()).isEmpty();
              assertThat(lofn.map(lines, wrong).collect()).isEmpty();
            });
    String right =
        logOf(
            () ->
                assertThat(
                        lofn.map(lines, wrong.shell("sort /shared/input.txt > /shared/output.txt"))
                            .collect())
                    .containsExactly("a", "b", "c"));

    assertThat(log)
        .containsOnlyOnce(
            "map: the tool succeeded, but did not read any of its input files in /shared")
        .contains("image busybox:1, command sh -c")
        .contains("use Tool.pipe or Lines.toStdin()");
    assertThat(right).doesNotContain("did not read any of its input files");
  }

  @Test
  void bothConsumersOfATeeAreWaitedFor() {
    JavaRDD<String> lines =
        context.parallelize(IntStream.range(0, 50_000).mapToObj(n -> "line " + n).toList(), 1);

    List<String> result = Recipes.sortAndCount(lofn, lines).collect();

    assertThat(result).hasSize(50_001).startsWith("line 0", "line 1", "line 10").endsWith("50000");
  }

  @Test
  void filesAreInTheOrderOfTheirNumbers() {
    JavaRDD<Tuple2<String, String>> files =
        context.parallelize(
            List.of(new Tuple2<>("part-10", "ten\n"), new Tuple2<>("part-2", "two\n")), 1);
    List<String> numbers = IntStream.rangeClosed(1, 12).mapToObj(Integer::toString).toList();

    assertThat(Recipes.concatenateInOrder(lofn, files.mapToPair(file -> file)).collect())
        .containsExactly("two", "ten");
    assertThat(Recipes.numberedOutputs(lofn, context.parallelize(numbers, 1)).collect())
        .containsExactlyElementsOf(numbers);
  }

  @Test
  void anIndexLiesBesideALinkAndACopyCanBeWritten() throws IOException {
    Path reference = Files.createDirectory(directory.resolve("reference"));
    Files.writeString(reference.resolve("genome.fa"), ">a\nACGT\n>b\nAC\n");

    assertThat(
            Recipes.indexBesideReference(lofn, lines(1, "record"), reference.toUri().toString())
                .collect())
        .containsExactly("2", "record", "mine");
    assertThat(reference.resolve("genome.fa")).content().doesNotContain("mine");
  }

  @Test
  void aWorkingDirectoryInTheExchangeIsMade() {
    assertThat(Recipes.inWorkingDirectory(lofn, lines(1, "a", "b")).collect())
        .containsExactly("/shared/work", "2");
  }

  @Test
  void archivesAreUnpackedWithoutCapabilities() throws IOException {
    Path packed = Files.createDirectory(directory.resolve("packed"));
    Files.writeString(packed.resolve("file"), "x");
    Path archives = Files.createDirectory(directory.resolve("archives"));
    String archive = archives.resolve("a.tar").toString();
    Engines.run("tar", "-c", "--owner=12345", "-f", archive, "-C", directory.toString(), "packed");

    assertThat(Recipes.unpackArchives(lofn, context.binaryFiles(archives.toString())).collect())
        .containsExactly("./packed/file");
  }

  @Test
  void aScratchDirectoryInMemoryHoldsPrograms() {
    assertThat(Recipes.scratchInMemory(lofn, lines(1, "10", "9")).collect())
        .containsExactly("9", "10");
  }

  @Test
  void aPersistedResultIsComputedOnce() {
    Tool<String, String> random =
        Tool.pipe("busybox:1").command("cat", "/proc/sys/kernel/random/uuid");
    JavaRDD<String> again = lofn.map(lines(1, "a"), random);
    JavaRDD<String> once = Recipes.runOnce(lofn, lines(1, "a"), random);

    assertThat(again.collect()).isNotEqualTo(again.collect());
    assertThat(once.collect()).isEqualTo(once.collect());
    once.unpersist();
  }

  @Test
  void aFilterLeavesFewerPartitionsForTheTool() {
    JavaRDD<String> lines = lines(6, "ERROR a", "b", "c", "ERROR d", "e", "f");

    JavaRDD<String> errors = Recipes.fewerPartitions(lofn, lines);

    assertThat(errors.getNumPartitions()).isEqualTo(2);
    assertThat(errors.collect()).containsExactly("ERROR a", "ERROR d");
  }

  private JavaRDD<String> lines(int partitions, String... lines) {
    return context.parallelize(List.of(lines), partitions);
  }

  /** What is logged while something is done. */
  private static String logOf(Runnable action) {
    StringWriter log = new StringWriter();
    LoggerContext loggers = (LoggerContext) LogManager.getContext(false);
    LoggerConfig root = loggers.getConfiguration().getRootLogger();
    WriterAppender appender =
        WriterAppender.createAppender(
            PatternLayout.newBuilder().withPattern("%m%n").build(),
            null,
            log,
            "recipes",
            false,
            true);
    appender.start();
    root.addAppender(appender, Level.WARN, null);
    try {
      action.run();
    } finally {
      root.removeAppender("recipes");
      appender.stop();
    }
    return log.toString();
  }
}
