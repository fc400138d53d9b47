package io.lofn.it.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lofn.api.BinaryFile;
import io.lofn.api.Tool;
import io.lofn.api.Volume;
import io.lofn.spark.BinaryOutputs;
import io.lofn.spark.Lofn;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * A job whose data, volumes and results are all on the default file system.
 *
 * <p>{@code OnHdfs RESULTS SCRIPT}: RESULTS/words has the lines of /input that SCRIPT, a tool's
 * shell, lets through, each after the name of the executor that had it; RESULTS/all.gz has all
 * lines, and RESULTS/parts the number of binary outputs that it was made of.
 */
public final class OnHdfs {

  private static final String IMAGE = "busybox:1";

  /** One for each executor, and with records that are kept in each. */
  private static final int PARTITIONS = 2;

  private OnHdfs() {}

  /**
   * Runs the program.
   *
   * @param args where the results go, and the script
   * @throws IOException if a result cannot be written
   */
  public static void main(String[] args) throws IOException {
    try (SparkSession spark = SparkSession.builder().appName("on-hdfs").getOrCreate()) {
      JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
      Lofn lofn = Lofn.on(spark);
      JavaRDD<String> lines = context.textFile("/input", PARTITIONS);

      Tool<String, String> filter =
          Tool.pipe(IMAGE)
              .volume(Volume.of("/reference").at("/reference"))
              .volume(Volume.of("/archives/more.tar.gz").at("/more").unpacked())
              .shell(args[1]);
      lofn.map(lines, filter)
          .map(line -> SparkEnv.get().executorId() + " " + line)
          .saveAsTextFile(args[0] + "/words");

      Tool<String, BinaryFile> compress =
          Tool.pipe(IMAGE).command("gzip").output(BinaryFile.fromStdout());
      Tool<BinaryFile, BinaryFile> join =
          Tool.of(IMAGE, BinaryFile.toNumberedFiles(), BinaryFile.fromFile("output.bin"))
              .shell("cat /shared/input_*.bin > /shared/output.bin");
      try (BinaryOutputs parts = lofn.mapBinary(lines, compress);
          BinaryOutputs whole = lofn.reduceBinary(parts, join)) {
        write(context, args[0] + "/parts", Long.toString(countOf(context, parts)).getBytes(UTF_8));
        write(context, args[0] + "/all.gz", whole.bytes());
      }
    }
  }

  private static long countOf(JavaSparkContext context, BinaryOutputs outputs) {
    return context.binaryFiles(outputs.path()).count();
  }

  private static void write(JavaSparkContext context, String file, byte[] bytes)
      throws IOException {
    Path path = new Path(file);
    FileSystem fileSystem = path.getFileSystem(context.hadoopConfiguration());
    try (OutputStream out = fileSystem.create(path, false)) {
      out.write(bytes);
    }
  }
}
