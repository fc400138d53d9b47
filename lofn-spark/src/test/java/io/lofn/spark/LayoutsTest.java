package io.lofn.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lofn.api.BinaryFile;
import io.lofn.api.Gzip;
import io.lofn.api.Lines;
import io.lofn.api.LofnException;
import io.lofn.api.OutputFiles;
import io.lofn.api.OutputReader;
import io.lofn.api.PartitionWriter;
import io.lofn.api.Tool;
import io.lofn.api.ToolFailedException;
import io.lofn.api.ToolFailedException.Reason;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
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

  @Test
  void aToolThatLeavesNoFileThatMatchesHasFailed() {
    Tool<String, String> tool =
        Tool.lines("any")
            .shell("echo told you >&2; cp /shared/input.txt /shared/other")
            .output(OutputFiles.matching("out/*").lines(Lines.text()));

    assertThatThrownBy(() -> map(lofn(true), tool))
        .cause()
        .isInstanceOfSatisfying(
            ToolFailedException.class,
            failure -> {
              assertThat(failure.reason()).isEqualTo(Reason.OUTPUT_MISSING);
              assertThat(failure.stderrTail()).isEqualTo("told you\n");
            })
        .hasMessageContaining("left no file that matches 'out/*'")
        .hasMessageContaining("hint");
    assertThat(
            map(
                lofn(true),
                tool.output(OutputFiles.matching("out/*").orNone().lines(Lines.text()))))
        .isEmpty();
    assertThatThrownBy(() -> map(lofn(true), tool.output(directory("out"))))
        .cause()
        .isInstanceOf(ToolFailedException.class)
        .hasMessageContaining("left no directory 'out'");
  }

  @ParameterizedTest
  @CsvSource({
    "mkdir /shared/o; touch /shared/o/part, ': it is a directory', o/part",
    "touch /shared/x; ln -s x /shared/o, ': o is a symbolic link to x,', o -> x",
    "mkfifo /shared/o, ': it is a named pipe, a socket or a device', o (not a regular file)",
    "touch /shared/o.gz, '; there is o.gz, which has a suffix more (.gz)', o.gz",
    "touch /shared/p.txt, '', p.txt"
  })
  void aToolThatLeavesSomethingElseThanItsOutputIsToldWhatIsThere(
      String script, String instead, String found) {
    for (OutputReader<String> output :
        List.of(Lines.text().fromFile("o"), BinaryFile.fromFile("o").map(file -> file.name()))) {
      assertThatThrownBy(() -> map(lofn(true), Tool.lines("any").shell(script).output(output)))
          .cause()
          .isInstanceOf(ToolFailedException.class)
          .hasMessageContaining("left no regular file /shared/o" + instead)
          .hasMessageContaining("\n  found      ")
          .hasMessageContaining(found);
    }
  }

  private static OutputReader<String> directory(String name) {
    return BinaryFile.fromDirectory(name).map(BinaryFile::name);
  }

  @ParameterizedTest
  @CsvSource({"true, false", "false, false", "true, true"})
  void aPartitionWithoutRecordsNeedsNoFileHoweverItWasWritten(boolean pipes, boolean reuse) {
    OutputReader<String> reader = OutputFiles.matching("out/*").lines(Lines.text());
    List<PartitionWriter<String>> writers =
        List.of(
            Lines.text().toFile("input.txt"),
            Lines.text().toStdin(),
            (records, run) -> {},
            PartitionWriter.stdin((records, stdin) -> {}),
            PartitionWriter.stdin(
                (records, stdin) -> {
                  stdin.write(new byte[1 << 20]); // more than the tool or a pipe takes
                  records.forEachRemaining(record -> {});
                }));
    for (PartitionWriter<String> writer : writers) {
      Tool<String, String> tool =
          Tool.of("any", writer, reader).shell("true").reuseContainer(reuse);

      assertThat(lofn(pipes).map(context.<String>parallelize(new ArrayList<>(), 2), tool).collect())
          .isEmpty();
      assertThatThrownBy(() -> map(lofn(pipes), tool))
          .cause()
          .isInstanceOf(ToolFailedException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({"true, false", "false, false", "true, true"})
  void inputsAreNoOutputsAndOneThatWasChangedIsAnError(boolean pipes, boolean reuse) {
    Tool<String, String> tool =
        Tool.<String, String>of(
                "any",
                (records, run) -> {
                  Files.writeString(run.file("in/a.txt"), records.next());
                  Files.writeString(run.directory().resolve("own.txt"), "own");
                },
                OutputFiles.matching("**").text((name, text) -> name + " " + text))
            .reuseContainer(reuse);
    Lofn lofn = lofn(pipes);

    assertThat(map(lofn, tool.shell("cp /shared/in/a.txt /shared/in/b.txt")))
        .containsExactly("in/b.txt a");
    for (String change :
        List.of(
            "printf b > in/a.txt", "printf b > x; mv x own.txt", "rm own.txt; echo > own.txt")) {
      assertThatThrownBy(() -> map(lofn, tool.shell("cd /shared; echo > out; " + change)))
          .cause()
          .isInstanceOf(LofnException.class)
          .hasMessageContaining("changed or replaced '");
    }
    assertThat(map(lofn, tool.shell("cp /shared/in/a.txt /shared/c"))).containsExactly("c a");
  }

  @Test
  void namesWithLineTerminatorsComeBack() {
    Tool<String, String> tool =
        Tool.lines("any")
            .shell(
                "cd /shared; mkdir out; echo x > \"$(printf 'out/a\\n"
                    + "b.txt')\"; echo y > $(printf 'out/\\303\\251')")
            .output(OutputFiles.matching("./out/**").text((name, text) -> name));

    assertThat(map(lofn(true), tool)).containsExactly("out/a\nb.txt", "out/\u00e9");
  }

  @Test
  void recordsThatHoldTheDelimiterFailTheTaskWithTheirNumber() {
    for (Tool<String, String> tool :
        List.of(Tool.lines("any").command("true"), Tool.pipe("any").command("cat"))) {
      assertThatThrownBy(
              () ->
                  lofn(true)
                      .map(context.parallelize(Arrays.asList("a", "b\nc", "d"), 1), tool)
                      .collect())
          .cause()
          .isInstanceOf(LofnException.class)
          .hasMessageContaining("record 1 (from 0) of the partition contains the delimiter")
          .hasMessageContaining("multiLine()");
    }
    Tool<String, String> fastq =
        Tool.pipe("any").command("cat").input(Lines.text().multiLine().toStdin());

    assertThat(
            lofn(true)
                .map(context.parallelize(Arrays.asList("@r\nA\n+\nI", "x"), 1), fastq)
                .collect())
        .containsExactly("@r", "A", "+", "I", "x");
  }

  /** For equal method references to one interface in one class, javac generates only one. */
  @Test
  void aMethodReferenceThatWouldArriveWithOtherTypesIsRefused() {
    Lofn lofn = lofn(true);
    OutputReader<String> lines = Lines.text().fromStdout();
    Tool<String, String> tool = Tool.pipe("any").command("cat");
    Tool<String, String> integers = tool.output(lines.map(Integer::valueOf).map(Object::toString));
    Tool<String, String> longs = tool.output(lines.map(Long::valueOf).map(Object::toString));
    JavaRDD<String> one = context.parallelize(new ArrayList<>(List.of("1")), 1);

    assertThat(lofn.map(one, integers).collect()).containsExactly("1");
    assertThatThrownBy(() -> lofn.map(one, longs))
        .isInstanceOf(LofnException.class)
        .hasMessageContaining("java/lang/Object::toString of type (Ljava/lang/Long;)")
        .hasMessageContaining("LayoutsTest")
        .hasMessageContaining("write a lambda instead");
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
