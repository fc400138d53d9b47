package io.lofn.examples;

import io.lofn.api.BinaryFile;
import io.lofn.api.LofnException;
import io.lofn.api.Tool;
import io.lofn.api.Volume;
import io.lofn.spark.BinaryOutputs;
import io.lofn.spark.Lofn;
import io.lofn.spark.ReduceShape;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import scala.Tuple2;

/**
 * Aligns paired-end reads with a genome: two FASTQ files, joined by the ids of the reads, an
 * aligner for each partition, and a tree of merges that produces one sorted BAM file.
 */
@Command(
    name = "alignment",
    sortOptions = false,
    description = {
      "Aligns paired-end reads with a genome and writes one BAM file, sorted by position.",
      "Files and directories may be on any file system that Spark supports."
    })
public final class Alignment extends Program {

  /**
   * Merges adjacent parts in their order; file names would sort wrongly with more than nine parts.
   */
  private static final String MERGE =
      """
      cd "$LOFN_EXCHANGE" &&
      for number in $(seq "$(ls part_*.bam | wc -l)"); do echo "part_$number.bam"; done > parts &&
      samtools merge --no-PG -c -p -b parts merged.bam
      """;

  @Parameters(
      index = "0",
      paramLabel = "READS_1",
      description = "FASTQ, four lines a record, plain or compressed; or a pattern of such files")
  private String reads;

  @Parameters(index = "1", paramLabel = "READS_2", description = "their mates, in any order")
  private String mates;

  @Option(
      names = "--genome",
      paramLabel = "DIRECTORY",
      required = true,
      description = "the directory with the aligner's index; copied to each node once")
  private String genome;

  @Option(
      names = "--index",
      paramLabel = "NAME",
      defaultValue = "genome",
      description = "the name of the index there (default: ${DEFAULT-VALUE})")
  private String index;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      required = true,
      description =
          "the path of the BAM file, which must not exist; all nodes must see its directory, which"
              + " also holds the intermediate files")
  private String output;

  @Option(
      names = "--aligner",
      paramLabel = "NAME",
      defaultValue = "gsnap",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
  private Aligner aligner;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      description =
          "the number of parts of the reads (default: one for each core, but at least as many as"
              + " READS_1 has)")
  private @Nullable Integer partitions;

  @Option(
      names = "--fan-in",
      paramLabel = "N",
      defaultValue = "8",
      description = "how many BAM files to merge at a time (default: ${DEFAULT-VALUE})")
  private int fanIn;

  @Option(
      names = "--image",
      paramLabel = "NAME",
      defaultValue = "lofn/align:12",
      description = "the image with bash, samtools and the aligner (default: ${DEFAULT-VALUE})")
  private String image;

  /**
   * Runs the program.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    new Alignment().runAndExit(args);
  }

  @Override
  void checkOptions() {
    requireAtLeast(1, "--partitions", partitions);
    requireAtLeast(2, "--fan-in", fanIn);
  }

  @Override
  void run(Lofn lofn, JavaSparkContext spark) throws IOException {
    Configuration conf = spark.hadoopConfiguration();
    Path target = new Path(output);
    FileSystem files = ByteText.fileSystem(target, conf);
    target = files.makeQualified(target);
    requireNothingAt(files, target);
    Volume volume = Volume.of(genome).at(Aligner.GENOME);
    requireIndex(volume, spark);

    int threads = spark.getConf().getInt("spark.task.cpus", 1);
    Tool<Tuple2<String, String>, BinaryFile> align =
        aligner.tool(image, index, threads).volume(volume);
    Tool<BinaryFile, BinaryFile> merge =
        Tool.of(
                image,
                BinaryFile.toNumberedFiles("part_", ".bam"),
                BinaryFile.fromFile("merged.bam"))
            .shell(MERGE);

    JavaRDD<Tuple2<String, String>> pairs = new ReadPairs(spark, reads, mates).inOrder(partitions);
    // Next to the target, so that a rename completes it.
    String directory = target.getParent().toString();
    try (BinaryOutputs sorted = lofn.mapBinary(pairs, align, directory);
        BinaryOutputs merged = lofn.reduceBinary(sorted, merge, ReduceShape.fanIn(fanIn))) {
      requireNothingAt(files, target);
      Path result = new Path(merged.path(), merged.list().get(0).name());
      if (!files.rename(result, target)) {
        throw new LofnException("Could not rename " + result + " to " + target);
      }
    }
  }

  private static void requireNothingAt(FileSystem files, Path target) throws IOException {
    if (files.exists(target)) {
      throw new LofnException(
          "The output " + target + " exists already; delete it, or name another path");
    }
  }

  /** Checks that the index exists; not for a path of the nodes, which the driver cannot read. */
  private void requireIndex(Volume volume, JavaSparkContext spark) throws IOException {
    Path directory = new Path(volume.source());
    if ("file".equals(volume.source().getScheme()) && !spark.isLocal()) {
      return;
    }
    FileSystem files = directory.getFileSystem(spark.hadoopConfiguration());
    for (String file : aligner.indexFiles(index)) {
      if (files.exists(new Path(directory, file))) {
        return;
      }
    }
    throw new LofnException(
        "There is no index '%s' of %s in %s: %s is missing. Create one with '%s', or give its name with --index"
            .formatted(
                index,
                aligner,
                genome,
                String.join(" or ", aligner.indexFiles(index)),
                aligner.build(index)));
  }
}
