package io.lofn.examples;

import io.lofn.api.Tool;
import io.lofn.spark.Lofn;
import java.io.IOException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Counts the words of a text: what stands between white space, whatever its bytes are. */
@Command(
    name = "word-count",
    description = "Counts the words of a text and prints the most frequent ones, 'count word'.")
public final class WordCount extends Program {

  private static final String PRINT = "END {for (w in n) printf \"%.0f %s\\n\", n[w], w}";

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
    System.exit(new WordCount().execute(args));
  }

  @Override
  void run(Lofn lofn, JavaRDD<String> lines) throws IOException {
    JavaRDD<String> counts = count(lofn, lines, image()).persist(StorageLevel.DISK_ONLY());
    save(counts);
    print(counts.take(top));
  }

  /** Lines {@code count word}, the most frequent word first, words of the same count in C order. */
  static JavaRDD<String> count(Lofn lofn, JavaRDD<String> lines, String image) {
    // A shell tells the failure of the last command of a pipeline only: so files, and &&.
    Tool<String, String> count =
        bytes(image)
            .shell(
                "tr -s '[:space:]' '\\n' > $LOFN_EXCHANGE/words"
                    + " && awk '$0 != \"\" {n[$0]++} "
                    + PRINT
                    + "' $LOFN_EXCHANGE/words");
    Tool<String, String> merge =
        bytes(image)
            .shell(
                "awk '{n[$2] += $1} "
                    + PRINT
                    + "' > $LOFN_EXCHANGE/counts && sort -k1,1nr -k2 $LOFN_EXCHANGE/counts");

    JavaRDD<String> counts = lofn.map(lines.map(WordCount::withoutNul), count);
    return lofn.reduce(counts, merge).map(WordCount::withNul);
  }

  private static Tool<String, String> bytes(String image) {
    return Tool.of(image, ByteText.LINES.toStdin(), ByteText.LINES.fromStdout()).env("LC_ALL", "C");
  }

  /** Text tools take NUL for an end, so it travels as another byte. The order of words stays. */
  private static String withoutNul(String text) {
    return text.replace("\2", "\2\4").replace("\1", "\2\3").replace('\0', '\1');
  }

  private static String withNul(String text) {
    return text.replace('\1', '\0').replace("\2\3", "\1").replace("\2\4", "\2");
  }
}
