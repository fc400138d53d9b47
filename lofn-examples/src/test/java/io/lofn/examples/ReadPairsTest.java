package io.lofn.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scala.Tuple2;

class ReadPairsTest {

  private static LocalSpark spark;

  @TempDir private Path directory;

  @BeforeAll
  static void startSpark() {
    spark = new LocalSpark("process");
  }

  @AfterAll
  static void stopSpark() {
    spark.close();
  }

  @Test
  void keepsTheOrderOfTheFirstFileWhateverThatOfTheSecond() throws IOException {
    List<Integer> order = new ArrayList<>(IntStream.range(0, 1000).boxed().toList());
    Path first = write("1.fq", order.stream().map(i -> record(i, "/1")).toList());
    List<Tuple2<String, String>> expected =
        order.stream().map(i -> new Tuple2<>(record(i, "/1"), record(i, "/2"))).toList();
    Collections.shuffle(order, new Random(1));
    Path second = write("2.fq", order.stream().map(i -> record(i, "/2")).toList());

    for (int partitions : new int[] {1, 3, 7}) {
      JavaRDD<Tuple2<String, String>> pairs = pairs(first, second, partitions);

      assertThat(pairs.collect()).isEqualTo(expected);
      assertThat(pairs.glom().map(List::size).collect())
          .hasSize(partitions)
          .allMatch(size -> Math.abs(size - 1000 / partitions) <= 1);
    }
  }

  @Test
  void makesNoPartitionWithoutReads() throws IOException {
    Path first = write("1.fq", List.of(record(1, ""), record(2, "")));
    Path second = write("2.fq", List.of(record(2, ""), record(1, "")));

    assertThat(pairs(first, second, 5).glom().map(List::size).collect()).containsExactly(1, 1);
  }

  @ParameterizedTest
  @CsvSource({
    "@r1/1, r1",
    "@r1/2, r1",
    "@r1/3, r1/3",
    "@r1, r1",
    "@/1, /1",
    "@a:1:2 1:N:0:ACGT, a:1:2",
    "@a/1 2:N:0, a",
    "@a\tb, a",
    "@, ''"
  })
  void takesFromAHeaderWhatMatesShare(String header, String id) {
    assertThat(ReadPairs.readId(header + "\nACGT\n+\n!!!!")).isEqualTo(id);
  }

  @Test
  void namesAReadWithoutMate() throws IOException {
    Path first = write("1.fq", List.of(record(1, "/1"), record(2, "/1")));
    Path second = write("2.fq", List.of(record(2, "/2")));

    assertThatThrownBy(() -> pairs(first, second, 2).collect())
        .hasRootCauseMessage("The read r1 of %s has no mate in %s".formatted(first, second));
    assertThatThrownBy(() -> pairs(second, first, 2).collect())
        .hasRootCauseMessage("The read r1 of %s has no mate in %s".formatted(first, second));
  }

  @Test
  void namesAReadThatIsThereTwice() throws IOException {
    Path once = write("1.fq", List.of(record(1, "/1"), record(2, "/1")));
    Path twice = write("2.fq", List.of(record(2, "/2"), record(1, "/2"), record(2, "/2")));

    assertThatThrownBy(() -> pairs(once, twice, 2).collect())
        .hasRootCauseMessage("The read r2 is in %s more than once".formatted(twice));
  }

  @Test
  void refusesFilesWithoutReadsAndFilesThatAreMissing() throws IOException {
    Path empty = write("1.fq", List.of());
    Path missing = directory.resolve("missing");

    assertThatThrownBy(() -> pairs(empty, empty, 2)).hasMessage("There are no reads in " + empty);
    assertThatThrownBy(() -> pairs(empty, missing, 2))
        .hasMessage("Could not read " + missing + ": the file does not exist");
  }

  private static JavaRDD<Tuple2<String, String>> pairs(Path first, Path second, int partitions) {
    return new ReadPairs(spark.context(), first.toString(), second.toString()).inOrder(partitions);
  }

  private static String record(int number, String mate) {
    return "@r" + number + mate + "\nACGT\n+\n@\u00e9!" + (char) ('0' + number % 10);
  }

  private Path write(String name, List<String> records) throws IOException {
    List<String> lines = records.stream().map(record -> record + "\n").toList();
    return Files.writeString(directory.resolve(name), String.join("", lines), ISO_8859_1);
  }
}
