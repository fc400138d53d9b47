package io.lofn.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tools of an image agree with those of this machine. */
class GcCountIT {

  private static final byte[] BASES = "ACGTacgtNn-".getBytes(US_ASCII);

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"docker, 60", "docker, 100000000", "podman, 60", "cli, 60"})
  void countsAsTheToolsOfThisMachineDo(String runtime, int basesInALine) throws Exception {
    Path fasta = writeSequences(directory.resolve("a.fa"), basesInALine);
    Path expected = directory.resolve("expected");
    Host.countGc(fasta, expected);

    try (LocalSpark spark = new LocalSpark(runtime)) {
      assertThat(spark.countGc(fasta, 4)).isEqualTo(Files.readAllLines(expected));
    }
  }

  /** Three sequences of 5 million bases. */
  private static Path writeSequences(Path file, int basesInALine) throws IOException {
    Random random = new Random(5);
    try (OutputStream fasta = new BufferedOutputStream(Files.newOutputStream(file))) {
      for (int sequence = 0; sequence < 3; sequence++) {
        fasta.write(">gcgc GC\n".getBytes(US_ASCII));
        for (int i = 1; i <= 5_000_000; i++) {
          fasta.write(BASES[random.nextInt(BASES.length)]);
          if (i % basesInALine == 0) {
            fasta.write('\n');
          }
        }
        fasta.write('\n');
      }
    }
    return file;
  }
}
