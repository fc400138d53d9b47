package io.lofn.bench;

import io.lofn.api.BinaryFile;
import io.lofn.api.Lines;
import io.lofn.api.Tool;
import io.lofn.spark.BinaryOutputs;
import io.lofn.spark.Lofn;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How much heap one large partition takes. Each case checks that what came out is what went in;
 * with a small {@code -Xmx} a case that holds a partition in memory fails.
 */
@Command(name = "memory", description = "Runs one large partition through each way of moving data.")
final class MemoryBench implements Callable<Integer> {

  private static final String IMAGE = "busybox:1";
  private static final long GIB = 1L << 30;
  private static final int LINE = 100;
  private static final long FIRST = 1_000_000_000_000L; // so that numbers have 12 digits after it

  @Option(
      names = "--gib",
      defaultValue = "1",
      description = "GiB of text in the partition (default: ${DEFAULT-VALUE})")
  private int gib;

  @Option(
      names = "--binary-gib",
      defaultValue = "3",
      description = "GiB of one binary output (default: ${DEFAULT-VALUE})")
  private int binaryGib;

  @Option(
      names = "--runtime",
      defaultValue = "auto",
      description = "the container runtime (default: ${DEFAULT-VALUE})")
  private String runtime;

  @Option(names = "--help", usageHelp = true, description = "print this and exit")
  @SuppressWarnings("UnusedVariable") // picocli asks for it by its annotation
  private boolean help;

  public static void main(String[] args) {
    System.exit(new CommandLine(new MemoryBench()).execute(args));
  }

  @Override
  public Integer call() {
    System.out.println(Row.HEADER);
    try (SparkSession spark =
        SparkSession.builder()
            .appName("lofn bench memory")
            .config("spark.lofn.runtime", runtime)
            .config("spark.lofn.output.dir", System.getProperty("java.io.tmpdir") + "/lofn-bench")
            .getOrCreate()) {
      Lofn lofn = Lofn.on(spark);
      JavaRDD<String> lines = lines(new JavaSparkContext(spark.sparkContext()));
      long expected = gib * GIB / LINE;
      Tool<String, String> files =
          Tool.lines(IMAGE).command("cp", "/shared/input.txt", "/shared/output.txt");
      Tool<String, String> pipes = Tool.pipe(IMAGE).command("cat");
      Tool<String, String> mixed =
          files.input(Lines.text().toStdin()).shell("cat > /shared/output.txt");
      measure("text-files", expected, () -> lofn.map(lines, files).count());
      measure("text-pipes", expected, () -> lofn.map(lines, pipes).count());
      measure("text-pipe-to-file", expected, () -> lofn.map(lines, mixed).count());
      measure("take-1", 1, () -> lofn.map(lines, pipes).take(1).size());
      Tool<String, BinaryFile> file =
          Tool.pipe(IMAGE)
              .shell("head -c " + binaryGib * GIB + " /dev/zero > /shared/output.bin")
              .output(BinaryFile.fromFile("output.bin"));
      Tool<String, BinaryFile> stdout =
          Tool.pipe(IMAGE)
              .shell("head -c " + binaryGib * GIB + " /dev/zero")
              .output(BinaryFile.fromStdout());
      JavaRDD<String> one = new JavaSparkContext(spark.sparkContext()).parallelize(List.of("x"), 1);
      measure("binary-file", binaryGib * GIB, () -> binaryLength(lofn, one, file));
      measure("binary-stdout", binaryGib * GIB, () -> binaryLength(lofn, one, stdout));
    }
    return 0;
  }

  private static long binaryLength(Lofn lofn, JavaRDD<String> rdd, Tool<String, BinaryFile> tool) {
    try (BinaryOutputs outputs = lofn.mapBinary(rdd, tool);
        InputStream in = outputs.open()) {
      return in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void measure(String scenario, long expected, LongSupplier action) {
    PeakHeap.reset();
    long begin = System.nanoTime();
    long records = action.getAsLong();
    long millis = (System.nanoTime() - begin) / 1_000_000;
    if (records != expected) {
      throw new IllegalStateException(
          "%s: %d records or bytes came out, not %d".formatted(scenario, records, expected));
    }
    long peak = PeakHeap.bytes();
    long most = Runtime.getRuntime().maxMemory();
    System.out.println(new Row(scenario, "lofn", "peak-heap", peak >> 20, "MiB"));
    System.out.println(new Row(scenario, "lofn", "max-heap", most >> 20, "MiB"));
    System.out.println(new Row(scenario, "lofn", "time", millis, "ms"));
  }

  /** One partition, made as it is read. */
  private JavaRDD<String> lines(JavaSparkContext context) {
    long count = gib * GIB / LINE;
    return context.parallelize(List.of(0), 1).flatMap(ignored -> text(count).iterator());
  }

  private static Stream<String> text(long count) {
    String filler = "abcdefghijklmnopqrstuvwxyz ".repeat(4).substring(0, LINE - 1 - 12);
    return LongStream.range(0, count)
        .mapToObj(number -> Long.toString(FIRST + number).substring(1) + filler);
  }
}
