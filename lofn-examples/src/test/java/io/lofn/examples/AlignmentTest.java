package io.lofn.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests errors that are found before a tool runs; {@link AlignmentIT} tests alignments. */
class AlignmentTest {

  @TempDir private Path directory;
  private Path reads;
  private Path output;

  @BeforeEach
  void setUp() throws IOException {
    reads = Files.writeString(directory.resolve("reads.fq"), "@r1\nACGT\n+\n!!!!\n");
    output = directory.resolve("out.bam");
  }

  @Test
  void explainsItself() {
    assertThat(launch("--help").output())
        .startsWith("Usage: alignment ")
        .contains("gsnap, minimap2, bowtie2 (default: gsnap)", "lofn/align:12");
  }

  @Test
  void refusesNumbersThatMakeNoSense() {
    assertThat(launchOnReads("--fan-in", "1").errors()).startsWith("--fan-in must be at least 2\n");
    assertThat(launchOnReads("--partitions", "0").errors())
        .startsWith("--partitions must be at least 1\n");
  }

  @Test
  void saysHowToMakeAnIndexThatIsMissing() {
    assertThat(launchOnReads("--aligner", "gsnap"))
        .isEqualTo(
            failure(
                "There is no index 'genome' of gsnap in %s: genome/genome.version"
                    + " is missing. Create one with 'gmap_build -D DIRECTORY -d genome FASTA',"
                    + " or give its name with --index"));
    assertThat(launchOnReads("--aligner", "bowtie2", "--index", "lambda"))
        .isEqualTo(
            failure(
                "There is no index 'lambda' of bowtie2 in %s: lambda.1.bt2 or lambda.1.bt2l is"
                    + " missing. Create one with 'bowtie2-build FASTA DIRECTORY/lambda',"
                    + " or give its name with --index"));
  }

  @Test
  void replacesNothing() throws IOException {
    Files.writeString(output, "there");

    assertThat(launchOnReads())
        .isEqualTo(
            failure(
                "The output file:" + output + " exists already; delete it, or name another path"));
    assertThat(output).hasContent("there");
  }

  @Test
  void saysInOneLineWhatIsWrongWithTheReads() throws IOException {
    Files.createFile(directory.resolve("genome.mmi"));
    Path mates = Files.writeString(directory.resolve("mates.fq"), "@r1\nACGT\n+\n");

    assertThat(launch(reads, mates, "--aligner", "minimap2"))
        .isEqualTo(failure("file:" + mates + " is truncated in the record @r1 at byte 0"));
    assertThat(directory).isDirectoryNotContaining("glob:**lofn*");
  }

  private Launch launchOnReads(String... options) {
    return launch(reads, reads, options);
  }

  private Launch launch(Path first, Path second, String... options) {
    String[] all = new String[options.length + 6];
    System.arraycopy(options, 0, all, 6, options.length);
    System.arraycopy(
        new String[] {
          first.toString(),
          second.toString(),
          "--genome",
          directory.toString(),
          "--output",
          output.toString()
        },
        0,
        all,
        0,
        6);
    return launch(all);
  }

  private static Launch launch(String... args) {
    return Launch.of(new Alignment(), Map.of("spark.lofn.runtime", "process"), args);
  }

  private Launch failure(String message) {
    return new Launch(1, "", "alignment: " + message.formatted(directory) + "\n");
  }
}
