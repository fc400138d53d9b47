package io.lofn.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests with the tools of this machine; {@link GcCountIT} uses those of an image. */
class GcCountTest {

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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                              | 0",
        "'acgt'                          | 2",
        "'>gc gc|GCgc|nnNN|'             | 4",
        "'acgtACGT|>gcgc|ggg|>cc'        | 7",
        "'>a||>b|g|||c|'                 | 2",
        "'a>g|;g| >c|g>'                 | 4",
        "'g~|>gc~|c~|'                   | 2",
        "'g_c|_>g|>_g|'                  | 3",
      },
      quoteCharacter = '\'')
  void countsGuanineAndCytosineOutsideOfHeaders(String fasta, int expected) throws IOException {
    String text = fasta.replace('|', '\n').replace('~', '\r').replace('_', '\0');
    Path file = Files.writeString(directory.resolve("a.fa"), text, ISO_8859_1);

    for (int partitions : new int[] {1, 2, 5}) {
      assertThat(spark.countGc(file, partitions))
          .as("partitions: " + partitions)
          .containsExactly(Integer.toString(expected));
    }
  }
}
