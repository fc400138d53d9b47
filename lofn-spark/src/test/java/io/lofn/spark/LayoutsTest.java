package io.lofn.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.Gzip;
import io.lofn.api.Lines;
import io.lofn.api.OutputReader;
import io.lofn.api.Tool;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of records and files on their way through a tool. */
class LayoutsTest {

  private static SparkSession spark;
  private static JavaSparkContext context;

  @BeforeAll
  static void startSpark() {
    spark = LocalSpark.start();
    context = new JavaSparkContext(spark.sparkContext());
  }

  @AfterAll
  static void stopSpark() {
    spark.stop();
  }

  @ParameterizedTest
  @CsvSource({"true, false", "false, false", "true, true"})
  void aPauseBetweenMembersIsNotTheEndOfTheOutput(boolean pipes, boolean reuse) {
    Lofn lofn = lofn(pipes);
    Tool<String, String> tool =
        Tool.pipe("any")
            .shell("printf 'x\\n' | gzip; sleep 0.5; printf 'y\\n' | gzip")
            .reuseContainer(reuse);
    OutputReader<String> ownReader =
        OutputReader.stdout(
            stdout -> new BufferedReader(new InputStreamReader(Gzip.open(stdout), UTF_8)).lines());

    assertThat(map(lofn, tool.output(Lines.text().gzip().fromStdout()))).containsExactly("x", "y");
    assertThat(map(lofn, tool.output(ownReader))).containsExactly("x", "y");
  }

  private static Lofn lofn(boolean pipes) {
    SparkSession session = spark.newSession();
    session.conf().set("spark.lofn.container.pipes", pipes);
    return Lofn.on(session);
  }

  private static <O> List<O> map(Lofn lofn, Tool<String, O> tool) {
    return lofn.map(context.parallelize(new ArrayList<>(List.of("a")), 1), tool).collect();
  }
}
