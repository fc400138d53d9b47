package org.example.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Tool;
import io.lofn.api.Volume;
import io.lofn.spark.Lofn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.example.bubblewrap.BusyboxImage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scala.Tuple2;

/** What docs/extending.md adds to lofn, in jobs of Spark. */
class ExtendingIT {

  private static final String IMAGE = "busybox:1";
  private static final List<String> LINES =
      List.of("the cat and the dog", "a dog", "", "the end of the cat");

  @TempDir private static Path images;
  private static SparkSession spark;

  @BeforeAll
  static void startSpark() throws Exception {
    BusyboxImage.makeIn(images);
    System.setProperty("site.images", images.toString());
    spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.local.dir", System.getProperty("java.io.tmpdir") + "/spark-local")
            .config("spark.hadoop.share.mount", images.toString())
            .config("spark.lofn.bubblewrap.images", images.toString())
            .getOrCreate();
  }

  @AfterAll
  static void stopSpark() {
    spark.stop();
    System.clearProperty("site.images");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bubblewrap", "site"})
  void countsWordsAsSparkDoes(String runtime) {
    JavaRDD<String> lines = context().parallelize(LINES, 3);
    Tool<String, String> count =
        Tool.lines(IMAGE)
            .shell("tr -s ' ' '\\n' < /shared/input.txt | sort | uniq -c > /shared/output.txt");
    Tool<String, String> merge =
        Tool.pipe(IMAGE).shell("awk 'NF > 1 {n[$2] += $1} END {for (w in n) print n[w], w}'");
    Lofn lofn = lofn(runtime);

    List<String> totals = lofn.reduce(lofn.map(lines, count), merge).collect();

    List<String> expected =
        lines
            .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
            .filter(word -> !word.isEmpty())
            .mapToPair(word -> new Tuple2<>(word, 1))
            .reduceByKey(Integer::sum)
            .map(pair -> pair._2() + " " + pair._1())
            .collect();
    assertThat(totals).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void runsLayoutsOfOnesOwn() {
    JavaRDD<String> records = context().parallelize(List.of("a", "bb", "ccc"), 2);

    assertThat(lofn("bubblewrap").map(records, Layouts.lambdas(IMAGE)).collect())
        .containsExactly(1, 2, 3);
    assertThat(lofn("bubblewrap").map(records, Layouts.classes(IMAGE)).collect())
        .containsExactly("a", "bb", "ccc");
    assertThat(lofn("bubblewrap").map(records, Layouts.standardInput(IMAGE)).collect())
        .containsExactly("a", "bb", "ccc");
  }

  @Test
  void mountsWhatTheAddedStagerStages() throws Exception {
    Files.writeString(images.resolve("reference.txt"), "from the share\n");
    Tool<String, String> tool =
        Tool.pipe(IMAGE)
            .volume(Volume.of("share:/reference.txt").at("/data/reference.txt"))
            .command("cat", "/data/reference.txt");

    assertThat(lofn("bubblewrap").map(context().parallelize(List.of("1"), 1), tool).collect())
        .containsExactly("from the share");
  }

  private static JavaSparkContext context() {
    return new JavaSparkContext(spark.sparkContext());
  }

  private static Lofn lofn(String runtime) {
    SparkSession session = spark.newSession();
    Map.of("spark.lofn.runtime", runtime, "spark.lofn.bubblewrap.images", images.toString())
        .forEach((key, value) -> session.conf().set(key, value));
    return Lofn.on(session);
  }
}
