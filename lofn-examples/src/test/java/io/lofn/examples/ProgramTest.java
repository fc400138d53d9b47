package io.lofn.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramTest {

  @TempDir private Path directory;

  @Test
  void printsTheTopAndWritesTheWholeResult() throws IOException {
    Path text = Files.writeString(directory.resolve("[a] {b},c*.txt"), "b a b\nc c d\nb");
    Path result = Files.writeString(directory.resolve("result"), "what was there before");

    Launch launch = launch("--output", result.toString(), "--top", "2", text.toString());

    assertThat(launch).isEqualTo(new Launch(0, "3 b\n2 c\n", ""));
    assertThat(result).hasContent("3 b\n2 c\n1 a\n1 d\n");
    assertThat(names()).containsExactlyInAnyOrder("[a] {b},c*.txt", "result");
  }

  @Test
  void needsNoOutput() throws IOException {
    Path text = Files.writeString(directory.resolve(".hidden"), "a");

    assertThat(launch(text.toString())).isEqualTo(new Launch(0, "1 a\n", ""));
  }

  @Test
  void printsANumberForAFastaFile() throws IOException {
    Path fasta = Files.writeString(directory.resolve("a.fa"), ">gc\nacgt\n");

    assertThat(launch(new GcCount(), Map.of(), fasta.toString()))
        .isEqualTo(new Launch(0, "2\n", ""));
  }

  @Test
  void explainsItself() {
    Launch launch = launch("--help");

    assertThat(launch.exitCode()).isZero();
    assertThat(launch.output()).startsWith("Usage: word-count ").contains("--image", "busybox:1");
    assertThat(launch.errors()).isEmpty();
  }

  @Test
  void tellsWrongUseFromFailures() {
    assertThat(launch().exitCode()).isEqualTo(2);
    assertThat(launch("--nonsense", "a").exitCode()).isEqualTo(2);
    assertThat(launch("--partitions", "many", "a").exitCode()).isEqualTo(2);
    assertThat(launch("--partitions", "0", "a"))
        .matches(launch -> launch.exitCode() == 2)
        .matches(launch -> launch.errors().startsWith("--partitions must be at least 1"));
  }

  @Test
  void saysInOneLineWhatCannotBeRead() {
    Path missing = directory.resolve("missing");

    assertThat(launch(missing.toString()))
        .isEqualTo(
            failure("word-count: Could not read %s: File %1$s does not exist".formatted(missing)));
    assertThat(launch(directory.toString()))
        .isEqualTo(
            failure("word-count: Could not read %s: %1$s (Is a directory)".formatted(directory)));
  }

  @Test
  void saysInOneLineWhatCannotBeWritten() throws IOException {
    String text = Files.writeString(directory.resolve("text"), "a").toString();

    assertThat(launch("--output", directory.toString(), text))
        .isEqualTo(failure("word-count: Could not write " + directory + ": it is a directory"));
    assertThat(launch("--output", text + "/result", text).errors())
        .startsWith("word-count: Could not write " + text + "/result: ")
        .hasLineCount(1);
    assertThat(names()).containsExactly("text");
  }

  @Test
  void passesOnTheMessageOfAFailureWithoutItsStack() throws IOException {
    String text = Files.writeString(directory.resolve("text"), "a").toString();

    Launch launch = launch("--image", "missing:1", text);

    assertThat(launch.exitCode()).isEqualTo(1);
    assertThat(launch.output()).isEmpty();
    assertThat(launch.errors())
        .startsWith("word-count: Image missing:1 is not available")
        .doesNotContain("\tat ");
    assertThat(launch("--image", "missing:1", "--verbose", text).errors()).contains("\tat ");
  }

  @Test
  void loadsTheImageFromTheArchiveThatIsNamed() throws IOException {
    String text = Files.writeString(directory.resolve("text"), "a").toString();

    assertThat(launch("--image", "missing:1", "--archive", "/no/such.tar", text).errors())
        .contains("does not support image archives; the image missing:1");
  }

  @Test
  void refusesAMisspeltKey() throws IOException {
    String text = Files.writeString(directory.resolve("text"), "a").toString();

    assertThat(launch(new WordCount(), Map.of("spark.lofn.runtim", "cli"), text))
        .isEqualTo(
            failure(
                "word-count: Unknown configuration key spark.lofn.runtim;"
                    + " did you mean spark.lofn.runtime?"));
  }

  private static Launch launch(String... args) {
    return launch(new WordCount(), Map.of(), args);
  }

  private static Launch launch(Program program, Map<String, String> conf, String... args) {
    Map<String, String> all = new HashMap<>(conf);
    all.put("spark.lofn.runtime", "process");
    return Launch.of(program, all, args);
  }

  private static Launch failure(String message) {
    return new Launch(1, "", message + "\n");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
