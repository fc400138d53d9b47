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
import java.util.function.LongSupplier;
import org.apache.spark.api.java.JavaRDD;

/**
 * Measures the heap that one large partition needs. Each case checks that output and input are
 * equal; with a small {@code -Xmx} a case that keeps a partition in memory fails.
 */
final class Memory implements Scenario {

  private static final long GIB = 1L << 30;

  @Override
  public void run(Lab lab) {
    Lofn lofn = lab.lofn(lab.runtimes().get(0));
    long expected = lab.sizes().gibibytes * GIB / Text.LINE;
    JavaRDD<String> lines = Text.lines(lab, expected, 1);
    Tool<String, String> files =
        Tool.lines(Lab.IMAGE).command("cp", "/shared/input.txt", "/shared/output.txt");
    Tool<String, String> pipes = Tool.pipe(Lab.IMAGE).command("cat");
    Tool<String, String> mixed =
        files.input(Lines.text().toStdin()).shell("cat > /shared/output.txt");
    measure(lab, "text-files", expected, () -> lofn.map(lines, files).count());
    measure(lab, "text-pipes", expected, () -> lofn.map(lines, pipes).count());
    measure(lab, "text-pipe-to-file", expected, () -> lofn.map(lines, mixed).count());
    measure(lab, "take-1", 1, () -> lofn.map(lines, pipes).take(1).size());
    long size = lab.sizes().binaryGibibytes * GIB;
    Tool<String, BinaryFile> file =
        Tool.pipe(Lab.IMAGE)
            .shell("head -c " + size + " /dev/zero > /shared/output.bin")
            .output(BinaryFile.fromFile("output.bin"));
    Tool<String, BinaryFile> stdout =
        Tool.pipe(Lab.IMAGE)
            .shell("head -c " + size + " /dev/zero")
            .output(BinaryFile.fromStdout());
    JavaRDD<String> one = lab.numbers(1);
    measure(lab, "binary-file", size, () -> binaryLength(lofn, one, file));
    measure(lab, "binary-stdout", size, () -> binaryLength(lofn, one, stdout));
  }

  private static long binaryLength(Lofn lofn, JavaRDD<String> rdd, Tool<String, BinaryFile> tool) {
    try (BinaryOutputs outputs = lofn.mapBinary(rdd, tool);
        InputStream in = outputs.open()) {
      return in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void measure(Lab lab, String system, long expected, LongSupplier action) {
    PeakHeap.reset();
    long begin = System.nanoTime();
    Lab.check(system + ": records or bytes", action.getAsLong(), expected);
    double millis = (System.nanoTime() - begin) / 1e6;
    double mebibyte = 1 << 20;
    double most = Runtime.getRuntime().maxMemory() / mebibyte;
    lab.report(new Row("memory", system, "peak-heap", PeakHeap.bytes() / mebibyte, "MiB"));
    lab.report(new Row("memory", system, "max-heap", most, "MiB"));
    lab.report(new Row("memory", system, "time", millis, "ms"));
  }
}
