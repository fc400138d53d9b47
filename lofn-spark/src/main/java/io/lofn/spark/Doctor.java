package io.lofn.spark;

import io.lofn.api.LofnException;
import io.lofn.core.config.LofnConfig;
import io.lofn.spark.doctor.ClusterCheck;
import io.lofn.spark.doctor.DoctorOptions;
import io.lofn.spark.doctor.DoctorReport;
import io.lofn.spark.doctor.NodeCheckTask;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A program for {@code spark-submit} that checks on every node whether lofn can run tools there:
 * the executor's user and disks, the runtime and its engine, an image, what a container sees of the
 * executor's files, its network, and a volume. It prints a table and, for what failed, what to do.
 *
 * <pre>{@code
 * spark-submit --class io.lofn.spark.Doctor JAR --image busybox:1 --nodes 3
 * }</pre>
 */
public final class Doctor {

  /** How long to wait for nodes that have executors. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final int FAILED = 1;
  private static final int WRONG_USE = 2;

  private Doctor() {}

  /**
   * Runs the program. Ends the JVM with exit code 1 if a node fails a check, and with 2 after wrong
   * use.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    int code = run(args, System.out, System.err);
    if (code != 0) {
      System.exit(code);
    }
  }

  private static int run(String[] args, PrintStream out, PrintStream err) {
    Optional<DoctorOptions> options;
    try {
      options = DoctorOptions.parse(args);
    } catch (IllegalArgumentException e) {
      err.println("lofn doctor: " + e.getMessage() + "\n" + DoctorOptions.USAGE);
      return WRONG_USE;
    }
    if (options.isEmpty()) {
      out.print(DoctorOptions.USAGE);
      return 0;
    }
    try (JavaSparkContext spark =
        new JavaSparkContext(new SparkConf().setIfMissing("spark.app.name", "lofn doctor"))) {
      DoctorReport report = examine(spark, options.get(), PATIENCE);
      out.print(report);
      out.flush();
      return report.isGood() ? 0 : FAILED;
    } catch (LofnException e) {
      err.println("lofn doctor: " + e.getMessage());
      return FAILED;
    }
  }

  /** Checks the nodes of a context that has lofn's settings. */
  static DoctorReport examine(JavaSparkContext spark, DoctorOptions options, Duration patience) {
    LofnConfig conf = Lofn.on(spark).conf();
    NodeCheckTask examination = NodeCheckTask.onDriver(options.tool(), conf);
    return new DoctorReport(
        new ClusterCheck(spark, patience).examine(examination, options.nodes()), options.nodes());
  }
}
