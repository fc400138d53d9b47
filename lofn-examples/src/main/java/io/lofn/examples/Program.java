package io.lofn.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.lofn.api.LofnException;
import io.lofn.spark.Lofn;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What the programs share: options, a Spark session, and one message for a failure. */
abstract class Program implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "the input, of any file system that Spark knows")
  private String input;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "where to write the complete result; replaced when the new one is complete")
  private @Nullable String output;

  @Option(
      names = "--image",
      paramLabel = "NAME",
      defaultValue = "busybox:1",
      description = "the image that has the tools (default: ${DEFAULT-VALUE})")
  private String image;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      description =
          "how many parts to cut the input into"
              + " (default: one for each core, but of 16 KiB to 32 MiB)")
  private @Nullable Integer partitions;

  @Option(names = "--verbose", description = "print the whole stack of a failure")
  private boolean verbose;

  @Option(names = "--help", usageHelp = true, description = "print this and exit")
  @SuppressWarnings("UnusedVariable") // picocli asks for it by its annotation
  private boolean help;

  /** The characters that the input may be cut after. */
  abstract String separators();

  /** The program itself, given the input in pieces: see {@link ByteText#pieces}. */
  abstract void run(Lofn lofn, JavaRDD<String> input) throws IOException;

  /** Runs the program and returns its exit code: 0, 1 after a failure, 2 after wrong use. */
  final int execute(String... args) {
    return new CommandLine(this)
        .setExecutionExceptionHandler((e, command, result) -> explain(e, command))
        .execute(args);
  }

  @Override
  public final Integer call() throws IOException {
    if (partitions != null && partitions < 1) {
      throw new ParameterException(spec.commandLine(), "--partitions must be at least 1");
    }
    try (SparkSession spark = SparkSession.builder().appName(spec.name()).getOrCreate()) {
      JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
      run(Lofn.on(spark), ByteText.pieces(context, input, separators(), partitions));
      return 0;
    }
  }

  final String image() {
    return image;
  }

  /** Writes a result of one partition to the output, if one was asked for. */
  final void save(JavaRDD<String> lines) throws IOException {
    if (output != null) {
      ByteText.save(lines, output);
    }
  }

  final void print(List<String> lines) throws IOException {
    lines.forEach(line -> System.out.writeBytes((line + "\n").getBytes(ISO_8859_1)));
    if (System.out.checkError()) {
      throw new IOException("Cannot write to standard output");
    }
  }

  private int explain(Exception failure, CommandLine command) {
    Throwable cause = failure;
    while (cause instanceof SparkException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (verbose) {
      failure.printStackTrace(command.getErr());
    } else {
      String text = cause instanceof LofnException ? cause.getMessage() : cause.toString();
      command.getErr().println(spec.name() + ": " + text);
    }
    return CommandLine.ExitCode.SOFTWARE;
  }
}
