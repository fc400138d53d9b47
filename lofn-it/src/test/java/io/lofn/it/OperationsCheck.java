package io.lofn.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.it.job.Operations;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;

/** What the program {@link Operations} has to make of a text, as plain Java computes it. */
final class OperationsCheck {

  private static final int WORDS = 3_000;
  private static final int PARTITIONS = 5;

  private final Path directory;
  private final List<String> runtimes;
  private final List<String> words;

  /** Writes the text. */
  OperationsCheck(Path directory, List<String> runtimes) throws IOException {
    this.directory = directory;
    this.runtimes = runtimes;
    this.words =
        new Random(6)
            .ints(WORDS, 0, 90)
            .mapToObj(i -> "wörd" + "x".repeat(i % 5) + Integer.toString(i, 36))
            .toList();
    Files.write(text(), words);
  }

  private Path text() {
    return directory.resolve("text");
  }

  /** The class and what comes after it on a command line of {@code spark-submit}. */
  List<String> program() throws IOException {
    List<String> program = new ArrayList<>();
    program.addAll(List.of("--class", Operations.class.getName(), Submission.job().toString()));
    program.addAll(arguments());
    return program;
  }

  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of(text().toString(), directory.toString()));
    arguments.addAll(runtimes);
    return arguments;
  }

  /** Compares all that the program has left. */
  void allIsRight() throws IOException {
    for (String runtime : runtimes) {
      isRight(runtime, directory.resolve(runtime));
    }
  }

  private void isRight(String runtime, Path results) throws IOException {
    List<String> counts =
        words.stream().collect(groupingBy(Function.identity(), counting())).entrySet().stream()
            .map(entry -> entry.getValue() + " " + entry.getKey())
            .toList();
    assertThat(Files.readAllLines(results.resolve("nodes")))
        .as(runtime)
        .isNotEmpty()
        .allMatch(node -> node.contains(runtime));
    assertThat(Files.readAllLines(results.resolve("reduce")))
        .containsExactlyInAnyOrderElementsOf(counts);
    assertThat(Files.readAllLines(results.resolve("levels")))
        .containsExactly(
            "INDETERMINATE " + WORDS, "DETERMINATE " + WORDS, "INDETERMINATE " + WORDS);
    for (String operation : List.of("map", "function", "dataset")) {
      assertThat(Files.readAllLines(results.resolve(operation))).as(operation).isEqualTo(words);
    }
    assertThat(Files.readAllLines(results.resolve("repartitionBy")))
        .containsExactlyInAnyOrderElementsOf(words.stream().distinct().toList());
    assertThat(Files.readAllLines(results.resolve("mapBinary")))
        .hasSize(PARTITIONS)
        .allMatch(length -> Integer.parseInt(length) > 0);
    String text = String.join("\n", words) + "\n";
    for (String operation : List.of("reduceBinary.gz", "collectReduce.gz")) {
      assertThat(gunzip(results.resolve(operation))).as(operation).isEqualTo(text);
    }
  }

  private static String gunzip(Path file) throws IOException {
    try (GZIPInputStream in =
        new GZIPInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
