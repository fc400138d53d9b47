package io.lofn.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.BinaryFile;
import io.lofn.api.Tool;
import io.lofn.api.Volume;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the plugin shows of known jobs, as one of Spark's own sinks has it. */
class LofnPluginTest {

  private static final String IMAGE = "any:1";
  private static final MBeanServer BEANS = ManagementFactory.getPlatformMBeanServer();

  @TempDir private Path directory;

  private SparkSession spark;
  private JavaSparkContext context;
  private Lofn lofn;

  @BeforeEach
  void start() {
    spark =
        LocalSpark.start(
            Map.of(
                "spark.plugins",
                LofnPlugin.class.getName(),
                "spark.lofn.plugin.images",
                IMAGE + ", missing:1",
                "spark.metrics.namespace",
                "lofn-test",
                "spark.metrics.conf.*.sink.jmx.class",
                "org.apache.spark.metrics.sink.JmxSink"));
    context = new JavaSparkContext(spark.sparkContext());
    lofn = Lofn.on(spark);
  }

  @AfterEach
  void stop() {
    spark.stop();
  }

  @Test
  void runsAndBytesOfStreamsAreCounted() throws Exception {
    Tool<String, String> twice = Tool.pipe(IMAGE).shell("sed 's/.*/&&/'");

    assertThat(lofn.map(lines(), twice).collect()).containsExactly("aa", "bbbb", "cccccc", "dd");

    assertThat(count("runs")).isEqualTo(2);
    assertThat(count("failures")).isZero();
    assertThat(count("bytes.in")).isEqualTo("a\nbb\nccc\nd\n".length());
    assertThat(count("bytes.out")).isEqualTo("aa\nbbbb\ncccccc\ndd\n".length());
    assertThat(count("time.create")).isEqualTo(2);
    assertThat(count("time.run")).isEqualTo(2);
  }

  @Test
  void whereTheTimeOfRunsGoesIsCounted() throws Exception {
    List<String> phases =
        List.of("queue", "image", "volumes", "exchange", "feed", "start", "read", "exit", "delete");
    for (String phase : phases) {
      assertThat(count("micros." + phase)).as("%s before a run", phase).isZero();
    }

    Tool<String, String> streams = Tool.pipe(IMAGE).shell("sleep 0.3; cat");
    assertThat(lofn.map(lines(), streams).collect()).hasSize(4);
    for (String phase : phases) {
      long atLeast = phase.equals("volumes") ? 0 : 1;
      assertThat(count("micros." + phase)).as(phase).isGreaterThanOrEqualTo(atLeast);
    }
    assertThat(count("micros.read")).as("two tools that sleep").isGreaterThanOrEqualTo(600_000);
    long exit = count("micros.exit");

    Tool<String, String> files =
        Tool.lines(IMAGE).shell("sleep 0.3; cd \"$LOFN_EXCHANGE\" && cp input.txt output.txt");
    assertThat(lofn.map(lines(), files).collect()).hasSize(4);
    assertThat(count("micros.exit") - exit)
        .as("two tools whose output is a file")
        .isGreaterThanOrEqualTo(600_000);
  }

  @Test
  void theTimeOfFailedRunsIsNotCounted() throws Exception {
    Tool<String, String> failing = Tool.pipe(IMAGE).shell("cat >/dev/null; exit 3");

    assertThatThrownBy(() -> lofn.map(lines(), failing).collect()).isInstanceOf(Exception.class);

    assertThat(count("micros.start")).isZero();
    assertThat(count("micros.delete")).isZero();
  }

  @Test
  void bytesOfFilesAreCounted() throws Exception {
    Tool<String, String> first =
        Tool.lines(IMAGE).shell("cd \"$LOFN_EXCHANGE\" && head -n 1 input.txt > output.txt");
    Tool<String, BinaryFile> tree =
        Tool.lines(IMAGE)
            .shell("cd \"$LOFN_EXCHANGE\" && mkdir out && printf 12345 > out/file")
            .output(BinaryFile.fromDirectory("out"));

    assertThat(lofn.map(lines(), first).collect()).containsExactly("a", "ccc");
    assertThat(count("bytes.in")).isEqualTo("a\nbb\nccc\nd\n".length());
    assertThat(count("bytes.out")).isEqualTo("a\nccc\n".length());

    try (BinaryOutputs outputs = lofn.mapBinary(lines(), tree, directory.toString())) {
      assertThat(outputs.list()).hasSize(2);
    }
    assertThat(count("bytes.out")).isEqualTo("a\nccc\n".length() + 2 * "12345".length());
  }

  @Test
  void failuresAreCountedAndNeverTwice() throws Exception {
    Tool<String, String> failing = Tool.pipe(IMAGE).command("false");
    Tool<String, String> selective =
        Tool.lines(IMAGE)
            .shell("cd \"$LOFN_EXCHANGE\"; grep -q d input.txt && exit 3; cp input.txt output.txt");

    assertThatThrownBy(() -> lofn.map(lines(), failing).collect())
        .hasMessageContaining("exit code 1");
    LocalSpark.waitUntilIdle(context);
    long streamed = count("failures");
    assertThat(streamed).isBetween(1L, 2L).isLessThanOrEqualTo(count("runs"));

    assertThatThrownBy(() -> lofn.map(lines(), selective).collect())
        .hasMessageContaining("exit code 3");
    LocalSpark.waitUntilIdle(context);
    assertThat(count("failures")).isEqualTo(streamed + 1);
  }

  @Test
  void volumesAreCounted() throws Exception {
    Path data = Files.writeString(directory.resolve("data"), "from the volume");
    Tool<String, String> local =
        Tool.pipe(IMAGE).volume(Volume.of(data.toString()).at("/data")).command("cat");

    assertThat(lofn.map(lines(), local).collect()).hasSize(4);

    assertThat(count("volumes")).isEqualTo(2);
    assertThat(count("volumes.cached")).as("what is not copied").isZero();
  }

  /** One of the images is present, and the other is unavailable, which is no failure. */
  @Test
  void imagesAreMadePresentAheadOfTheFirstTask() throws Exception {
    Instant end = Instant.now().plusSeconds(30);
    while (count("time.pull") < 1) {
      assertThat(Instant.now()).as("waiting until the executor pulls").isBefore(end);
      TimeUnit.MILLISECONDS.sleep(20);
    }
    assertThat(count("time.queue")).isEqualTo(1);
    assertThat(count("runs")).isZero();
    assertThat(lofn.map(lines(), Tool.pipe(IMAGE).command("cat")).collect()).hasSize(4);
  }

  private JavaRDD<String> lines() {
    return context.parallelize(List.of("a", "bb", "ccc", "d"), 2);
  }

  /** The value of a counter in Spark, or the count of a timer. */
  private static long count(String meter) throws JMException {
    Set<ObjectName> names =
        BEANS.queryNames(
            new ObjectName(
                "metrics:name=lofn-test.driver.plugin."
                    + LofnPlugin.class.getName()
                    + "."
                    + meter
                    + ",*"),
            null);
    assertThat(names).as(meter).hasSize(1);
    return (Long) BEANS.getAttribute(names.iterator().next(), "Count");
  }
}
