package io.lofn.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tools of an image agree with those of this machine. */
class WordCountIT {

  private static final long BIG = 100_000_000;

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"docker", "podman", "cli"})
  void countsAsTheToolsOfThisMachineDo(String runtime) throws Exception {
    try (LocalSpark spark = new LocalSpark(runtime)) {
      assertSameCounts(spark, Texts.everything(), 3);
      assertSameCounts(spark, new byte[0], 1);
      assertSameCounts(spark, " \n\n\t".getBytes(UTF_8), 2);
      assertSameCounts(spark, "b a\n\na b c".getBytes(UTF_8), 2);
    }
  }

  private void assertSameCounts(LocalSpark spark, byte[] bytes, int partitions) throws Exception {
    Path text = Files.write(directory.resolve("text"), bytes);
    Path expected = directory.resolve("expected");
    Path result = directory.resolve("result");

    Host.countWords(text, expected);
    spark.countWords(text, partitions, result);

    assertThat(result).hasSameBinaryContentAs(expected);
  }

  @Test
  void countsTheWordsOfABigText() throws Exception {
    Path text = writeBigText(directory.resolve("text"));
    Path expected = directory.resolve("expected");
    Path result = directory.resolve("result");
    Host.countWords(text, expected);

    Launch launch =
        Launch.of(
            new WordCount(),
            Map.of("spark.lofn.runtime", "docker"),
            "--output",
            result.toString(),
            text.toString());

    assertThat(launch.errors()).isEmpty();
    assertThat(launch.exitCode()).isZero();
    assertThat(result).hasSameBinaryContentAs(expected);
    try (var lines = Files.lines(expected)) {
      assertThat(launch.output().lines()).containsExactlyElementsOf(lines.limit(10).toList());
    }
  }

  /** Words of 1 to 8 letters, the short ones often. */
  private static Path writeBigText(Path file) throws IOException {
    Random random = new Random(3);
    try (OutputStream text = new BufferedOutputStream(Files.newOutputStream(file))) {
      for (long written = 0; written < BIG; written++) {
        int length = 1 + Math.min(random.nextInt(8), random.nextInt(8));
        for (int i = 0; i < length; i++, written++) {
          text.write('a' + random.nextInt(i < 2 ? 20 : 2));
        }
        text.write(random.nextInt(12) == 0 ? '\n' : ' ');
      }
    }
    return file;
  }
}
