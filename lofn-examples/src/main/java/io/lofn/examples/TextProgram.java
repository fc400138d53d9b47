package io.lofn.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.lofn.api.Tool;
import io.lofn.spark.Lofn;
import java.io.IOException;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A program whose input and output are texts. */
abstract class TextProgram extends Program {

  private static final String DEFAULT_IMAGE = "busybox:1";

  @Parameters(
      paramLabel = "FILE",
      description = "the input, on any file system that Spark supports")
  private String input;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "where to write the complete result; replaced when the new one is complete")
  private @Nullable String output;

  @Option(
      names = "--image",
      paramLabel = "NAME",
      defaultValue = DEFAULT_IMAGE,
      description = "the image with the tools (default: ${DEFAULT-VALUE})")
  private String image = DEFAULT_IMAGE;

  @Option(
      names = "--archive",
      paramLabel = "FILE",
      description = "an archive to load the image from, on a node that does not have it")
  private @Nullable String archive;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      description =
          "the number of parts of the input (default: one for each core, with 16 KiB to 32 MiB"
              + " each)")
  private @Nullable Integer partitions;

  /** Returns the characters after which the input may be split. */
  abstract String separators();

  /** Runs the program on the input in pieces, see {@link ByteText#pieces}. */
  abstract void run(Lofn lofn, JavaRDD<String> input) throws IOException;

  @Override
  final void checkOptions() {
    requireAtLeast(1, "--partitions", partitions);
  }

  @Override
  final void run(Lofn lofn, JavaSparkContext spark) throws IOException {
    run(lofn, ByteText.pieces(spark, input, separators(), partitions));
  }

  final String image() {
    return image;
  }

  /** Returns a tool that loads its image from the archive, if there is one. */
  final <I, O> Tool<I, O> fromArchive(Tool<I, O> tool) {
    return archive == null ? tool : tool.imageArchive(archive);
  }

  /** Writes a result of one partition to the output file, if there is one. */
  final void save(JavaRDD<String> lines) throws IOException {
    if (output != null) {
      ByteText.save(lines, output);
    }
  }

  final void print(List<String> lines) throws IOException {
    lines.forEach(line -> System.out.writeBytes((line + "\n").getBytes(ISO_8859_1)));
    if (System.out.checkError()) {
      throw new IOException("Could not write to standard output");
    }
  }
}
