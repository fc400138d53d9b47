package io.lofn.examples;

import io.lofn.api.Tool;
import io.lofn.spark.Lofn;
import java.io.IOException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Counts the words of a text: the bytes between white space, in any encoding. */
@Command(
    name = "word-count",
    description = "Counts the words of a text and prints the most frequent ones, 'count word'.")
public final class WordCount extends TextProgram {

  // In a pipeline the shell reports only the failure of the last command; hence files, and &&.
  private static final String COUNT =
      """
      cd "$LOFN_EXCHANGE" &&
      tr -s '[:space:]' '\\n' > words &&
      sort words > sorted &&
      uniq -c sorted
      """;
  // A comparison with "" makes awk compare words as text: 1e3 is not 1000.
  private static final String MERGE =
      """
      cd "$LOFN_EXCHANGE" &&
      sort -k2 > sorted &&
      awk 'NF < 2 {next}
           $2 "" != word {if (n) printf "%.0f %s\\n", n, word; n = 0; word = $2}
           {n += $1}
           END {if (n) printf "%.0f %s\\n", n, word}' sorted > merged &&
      sort -k1,1nr -k2 merged
      """;

  @Option(
      names = "--top",
      paramLabel = "N",
      description = "how many words to print (default: ${DEFAULT-VALUE})")
  private int top = 10;

  /**
   * Runs the program.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    new WordCount().runAndExit(args);
  }

  @Override
  String separators() {
    return " \t\n\u000b\f\r";
  }

  @Override
  void run(Lofn lofn, JavaRDD<String> input) throws IOException {
    JavaRDD<String> counts = count(lofn, input).persist(StorageLevel.DISK_ONLY());
    save(counts);
    print(counts.take(top));
  }

  /**
   * Returns lines {@code count word}, the most frequent word first, words of the same count in C
   * order.
   */
  JavaRDD<String> count(Lofn lofn, JavaRDD<String> input) {
    Tool<String, String> count =
        fromArchive(Tool.of(image(), ByteText.TO_STDIN, ByteText.LINES.fromStdout()))
            .env("LC_ALL", "C")
            .shell(COUNT);
    Tool<String, String> merge =
        fromArchive(Tool.of(image(), ByteText.LINES.toStdin(), ByteText.LINES.fromStdout()))
            .env("LC_ALL", "C")
            .shell(MERGE);

    JavaRDD<String> counts = lofn.map(input.map(WordCount::withoutNul), count);
    return lofn.reduce(counts, merge).map(WordCount::withNul);
  }

  /**
   * Replaces NUL by another byte, since text tools stop at NUL. The order of words stays the same.
   */
  private static String withoutNul(String text) {
    return text.replace("\2", "\2\4").replace("\1", "\2\3").replace('\0', '\1');
  }

  private static String withNul(String text) {
    return text.replace('\1', '\0').replace("\2\3", "\1").replace("\2\4", "\2");
  }
}
