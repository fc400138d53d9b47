package io.lofn.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that the result does not depend on the partitions of the reads. */
class AlignmentIT {

  @TempDir private static Path data;
  @TempDir private static Path results;

  @BeforeAll
  static void makeReadsAndGenome() throws Exception {
    lambda("make", data.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "docker, gsnap,    1, 2",
    "podman, gsnap,    7, 3",
    "docker, minimap2, 7, 2",
    "podman, minimap2, 4, 8",
    "docker, bowtie2,  7, 3",
    "podman, bowtie2,  4, 2"
  })
  void alignsAsOneContainerForAllReadsDoes(
      String runtime, String aligner, String partitions, String fanIn) throws Exception {
    Path bam = Files.createTempDirectory(results, "it").resolve("lambda.bam");

    Launch launch =
        Launch.of(
            new Alignment(),
            Map.of("spark.lofn.runtime", runtime),
            data.resolve("reads_1.fq.gz").toString(),
            data.resolve("reads_2.fq.gz").toString(),
            "--genome=" + data.resolve("genome"),
            "--index=lambda",
            "--aligner=" + aligner,
            "--partitions=" + partitions,
            "--fan-in=" + fanIn,
            "--output=" + bam);

    assertThat(launch).isEqualTo(new Launch(0, "", ""));
    lambda("check", data.toString(), aligner, bam.toString());
    try (Stream<Path> left = Files.list(bam.getParent())) {
      assertThat(left).containsExactly(bam);
    }
  }

  private static void lambda(String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(args));
    command.add(0, Path.of("..", "dev", "lambda").toString());
    Path log = results.resolve("lambda.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor(10, TimeUnit.MINUTES)).as(command.toString()).isTrue();
    assertThat(process.exitValue()).as("%s: %s", command, Files.readString(log)).isZero();
  }
}
