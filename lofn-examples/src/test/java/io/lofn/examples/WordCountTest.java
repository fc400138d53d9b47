package io.lofn.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests with the tools of this machine; {@link WordCountIT} uses those of an image. */
class WordCountTest {

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

  static Stream<Arguments> texts() {
    return Texts.hostile().entrySet().stream()
        .map(text -> Arguments.of(text.getKey(), text.getValue()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("texts")
  void countsWordsWhateverTheirBytesAre(String name, byte[] bytes) throws IOException {
    Path text = Files.write(directory.resolve("text"), bytes);
    Path result = directory.resolve("result");

    for (int partitions : new int[] {1, 3}) {
      spark.countWords(text, partitions, result);

      assertThat(Files.readString(result, ISO_8859_1))
          .as(name + ", partitions: " + partitions)
          .isEqualTo(count(bytes));
    }
  }

  /** Counts without a tool: chars are bytes, so their order is that of the C locale. */
  private static String count(byte[] text) {
    Map<String, Long> counts = new TreeMap<>();
    StringTokenizer words = new StringTokenizer(new String(text, ISO_8859_1), " \t\n\u000b\f\r");
    while (words.hasMoreTokens()) {
      counts.merge(words.nextToken(), 1L, Long::sum);
    }
    List<Map.Entry<String, Long>> sorted = new ArrayList<>(counts.entrySet());
    sorted.sort(Map.Entry.comparingByValue(Comparator.reverseOrder()));
    StringBuilder lines = new StringBuilder();
    sorted.forEach(word -> lines.append(word.getValue() + " " + word.getKey() + "\n"));
    return lines.toString();
  }
}
