package io.lofn.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.lofn.api.BinaryFile;
import io.lofn.api.Lines;
import io.lofn.api.PartitionWriter;
import io.lofn.api.RecordFunction;
import io.lofn.api.Tool;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import scala.Tuple2;

/**
 * Aligners whose result does not depend on the partitions of the reads. They find their index below
 * {@link #GENOME}, and write alignments sorted by their position in the genome.
 */
enum Aligner {
  GSNAP(
      """
      gsnap --dir=/genome --db="$INDEX" --nthreads="$THREADS" --ordered --format=sam \
        reads_1.fq reads_2.fq |
      samtools sort --no-PG -o sorted.bam -
      """,
      "gmap_build -D DIRECTORY -d %s FASTA",
      "%s/%1$s.version"),

  MINIMAP2(
      """
      minimap2 -a -x sr -t "$THREADS" /genome/"$INDEX".mmi - |
      samtools sort --no-PG -
      """,
      "minimap2 -x sr -d DIRECTORY/%s.mmi FASTA",
      "%s.mmi"),

  BOWTIE2(
      """
      bowtie2 -x /genome/"$INDEX" --threads "$THREADS" --reorder --interleaved - |
      samtools sort --no-PG -
      """,
      "bowtie2-build FASTA DIRECTORY/%s",
      "%s.1.bt2",
      "%s.1.bt2l");

  /** The path of the directory with the index in the container. */
  static final String GENOME = "/genome";

  /** A file for the reads, and one for their mates. */
  private static final PartitionWriter<Tuple2<String, String>> TWO_FILES =
      Lines.text()
          .charset(ISO_8859_1)
          .multiLine()
          .toParallelFiles(
              Map.<String, RecordFunction<Tuple2<String, String>, String>>of(
                  "reads_1.fq", pair -> pair._1, "reads_2.fq", pair -> pair._2));

  /** Each read with its mate after it. */
  private static final PartitionWriter<Tuple2<String, String>> INTERLEAVED =
      PartitionWriter.stdin(
          (pairs, stdin) -> {
            while (pairs.hasNext()) {
              Tuple2<String, String> pair = pairs.next();
              stdin.write((pair._1 + "\n" + pair._2 + "\n").getBytes(ISO_8859_1));
            }
          });

  private final String script;
  private final String build;

  @SuppressWarnings("ImmutableEnumChecker") // of List.of
  private final List<String> indexFiles;

  Aligner(String script, String build, String... indexFiles) {
    this.script = script;
    this.build = build;
    this.indexFiles = List.of(indexFiles);
  }

  /** Returns the tool that aligns pairs of reads; the caller adds the volume with the index. */
  Tool<Tuple2<String, String>, BinaryFile> tool(String image, String index, int threads) {
    Tool<Tuple2<String, String>, BinaryFile> tool =
        this == GSNAP
            ? Tool.of(image, TWO_FILES, BinaryFile.fromFile("sorted.bam"))
            : Tool.of(image, INTERLEAVED, BinaryFile.fromStdout());
    return tool.env("INDEX", index)
        .env("THREADS", Integer.toString(threads))
        .command("bash", "-o", "pipefail", "-c", "cd \"$LOFN_EXCHANGE\" &&\n" + script);
  }

  /**
   * Returns file names of which an index of this name has at least one, relative to its directory.
   */
  List<String> indexFiles(String index) {
    return indexFiles.stream().map(file -> file.formatted(index)).toList();
  }

  /** Returns the command that creates an index of this name. */
  String build(String index) {
    return build.formatted(index);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
