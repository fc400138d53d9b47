package io.lofn.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Reads of phage lambda, indexes of its genome, and what aligners make of them without Spark. */
final class LambdaPhage {

  private static final Path DATA = Path.of("target/lambda").toAbsolutePath();

  private LambdaPhage() {}

  /** Makes them, the first time. */
  static LambdaPhage data() throws IOException, InterruptedException {
    return Forks.<LambdaPhage, InterruptedException>exclusively(
        "lambda",
        () -> {
          if (!Files.exists(DATA)) {
            make();
          }
          return new LambdaPhage();
        });
  }

  private static void make() throws IOException, InterruptedException {
    Path made = Files.createTempDirectory(DATA.getParent(), "lambda");
    lambda("make", made.toString());
    Files.move(made, DATA);
  }

  Path directory() {
    return DATA;
  }

  /**
   * Those of {@link io.lofn.examples.Alignment}.
   *
   * @param data where the cluster has {@link #directory()}
   */
  List<String> arguments(String data, String aligner, String bam) {
    return List.of(
        data + "/reads_1.fq.gz",
        data + "/reads_2.fq.gz",
        "--genome=" + data + "/genome",
        "--index=lambda",
        "--aligner=" + aligner,
        "--partitions=4",
        "--fan-in=2",
        "--output=" + bam);
  }

  /** Compares alignments with those of one container that had all reads. */
  void check(String aligner, Path bam) throws IOException, InterruptedException {
    lambda("check", DATA.toString(), aligner, bam.toString());
  }

  private static void lambda(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(arguments));
    command.add(0, Path.of("../dev/lambda").toString());
    Path log = Files.createTempFile(DATA.getParent(), "lambda", ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor(10, TimeUnit.MINUTES)).as(command.toString()).isTrue();
    assertThat(process.exitValue()).as("%s: %s", command, Files.readString(log)).isZero();
  }
}
