package io.lofn.examples;

import io.lofn.api.LofnException;
import io.lofn.spark.Lofn;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The base class of the programs: options, a Spark session, and one message for a failure. */
abstract class Program implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(names = "--verbose", description = "print the whole stack of a failure")
  private boolean verbose;

  @Option(names = "--help", usageHelp = true, description = "print this and exit")
  @SuppressWarnings("UnusedVariable") // picocli uses it by its annotation
  private boolean help;

  /** Refuses invalid numbers, with {@link #requireAtLeast}. */
  abstract void checkOptions();

  /** Runs the program. */
  abstract void run(Lofn lofn, JavaSparkContext spark) throws IOException;

  /** Runs the program, and ends this JVM after a failure. */
  final void runAndExit(String... args) {
    int code = execute(args);
    if (code != 0) { // in YARN's cluster mode any call of exit, also with 0, is a failure
      System.exit(code);
    }
  }

  /** Runs the program and returns its exit code: 0, 1 after a failure, 2 after wrong use. */
  final int execute(String... args) {
    return new CommandLine(this)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((e, command, result) -> explain(e, command))
        .execute(args);
  }

  @Override
  public final Integer call() throws IOException {
    checkOptions();
    try (SparkSession spark = SparkSession.builder().appName(spec.name()).getOrCreate()) {
      run(Lofn.on(spark), new JavaSparkContext(spark.sparkContext()));
      return 0;
    }
  }

  final void requireAtLeast(int least, String option, @Nullable Integer value) {
    if (value != null && value < least) {
      throw new ParameterException(spec.commandLine(), option + " must be at least " + least);
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
