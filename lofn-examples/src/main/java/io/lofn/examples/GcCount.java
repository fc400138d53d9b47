package io.lofn.examples;

import io.lofn.api.Tool;
import io.lofn.spark.Lofn;
import java.io.IOException;
import org.apache.spark.api.java.JavaRDD;
import picocli.CommandLine.Command;

/** Counts the bases G and C of the sequences in a FASTA file. */
@Command(
    name = "gc-count",
    description =
        "Counts g and c, in either case, in a FASTA file; lines that start with > don't count.")
public final class GcCount extends TextProgram {

  // In a pipeline the shell reports only the failure of the last command; hence files, and &&.
  private static final String COUNT =
      """
      cd "$LOFN_EXCHANGE" &&
      sed '/^>/d' > bases &&
      tr -cd GCgc < bases > gc &&
      wc -c < gc
      """;

  /**
   * Runs the program.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    new GcCount().runAndExit(args);
  }

  @Override
  String separators() {
    return "\n";
  }

  @Override
  void run(Lofn lofn, JavaRDD<String> input) throws IOException {
    JavaRDD<String> total = count(lofn, input).cache();
    save(total);
    print(total.collect());
  }

  /** One line: the number of bases. */
  JavaRDD<String> count(Lofn lofn, JavaRDD<String> input) {
    Tool<String, String> count =
        fromArchive(Tool.of(image(), ByteText.TO_STDIN, ByteText.LINES.fromStdout()))
            .env("LC_ALL", "C")
            .shell(COUNT);
    Tool<String, String> sum =
        fromArchive(Tool.pipe(image())).command("awk", "{n += $1} END {printf \"%.0f\\n\", n}");

    // Text tools stop at NUL; any other byte that is not a base can replace it.
    return lofn.reduce(lofn.map(input.map(piece -> piece.replace('\0', '-')), count), sum);
  }
}
