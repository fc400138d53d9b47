package io.lofn.bench;

import io.lofn.spark.Lofn;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** What the scenarios work with: a Spark, lofn by each runtime, and somewhere to put the rows. */
final class Lab implements AutoCloseable {

  static final String IMAGE = "busybox:1";

  private static final String CHARLIECLOUD = "charliecloud";

  private final SparkSession spark;
  private final Sizes sizes;
  private final List<String> runtimes;
  private final Consumer<Row> report;
  private final Map<String, Lofn> sessions = new LinkedHashMap<>();

  private Lab(SparkSession spark, Sizes sizes, List<String> runtimes, Consumer<Row> report) {
    this.spark = spark;
    this.sizes = sizes;
    this.runtimes = runtimes;
    this.report = report;
  }

  /**
   * Starts a Spark.
   *
   * @param slots how many partitions it works on at a time
   */
  static Lab open(int slots, Sizes sizes, List<String> runtimes, Consumer<Row> report) {
    SparkSession spark =
        SparkSession.builder()
            .master("local[" + slots + "]")
            .appName("lofn bench")
            .config("spark.ui.enabled", false)
            .config("spark.lofn.output.dir", System.getProperty("java.io.tmpdir") + "/lofn-bench")
            .getOrCreate();
    return new Lab(spark, sizes, runtimes, report);
  }

  Sizes sizes() {
    return sizes;
  }

  /** How many partitions are worked on at a time. */
  int slots() {
    return context().defaultParallelism();
  }

  JavaSparkContext context() {
    return new JavaSparkContext(spark.sparkContext());
  }

  /** The runtimes to measure, as {@link #lofn} names them; the first is the one to look at. */
  List<String> runtimes() {
    return runtimes;
  }

  /** How lofn is called in ratios: by its runtime, too, unless that is the first. */
  String ratioName(String runtime) {
    return isFirst(runtime) ? "lofn" : "lofn-" + runtime;
  }

  /** Whether a runtime is the one to look at. */
  boolean isFirst(String runtime) {
    return runtime.equals(runtimes.get(0));
  }

  /** Whether a runtime is an engine whose bare calls are measured, too. */
  static boolean hasFloor(String runtime) {
    return runtime.equals("docker") || runtime.equals("podman");
  }

  /** Whether a runtime can have warm containers: their processes must be kept apart. */
  static boolean canReuse(String runtime) {
    return !runtime.equals(CHARLIECLOUD);
  }

  /** Lofn with a runtime: one of lofn's, or {@code charliecloud}. */
  Lofn lofn(String runtime) {
    return sessions.computeIfAbsent(runtime, name -> session(settings(name)));
  }

  /** The same with exchanges in memory. */
  Lofn lofnInMemory(String runtime) {
    return sessions.computeIfAbsent(
        runtime + "-memory",
        name -> {
          Map<String, String> settings = settings(runtime);
          settings.put("tmp.memoryDir", "/dev/shm");
          return session(settings);
        });
  }

  private Lofn session(Map<String, String> settings) {
    SparkSession session = spark.newSession();
    settings.forEach((key, value) -> session.conf().set("spark.lofn." + key, value));
    return Lofn.on(session);
  }

  private static Map<String, String> settings(String runtime) {
    Map<String, String> settings = new HashMap<>();
    if (runtime.equals(CHARLIECLOUD)) {
      settings.put("runtime", "cli");
      settings.put("cli.dialect", runtime);
      settings.put("cli.images", System.getenv("LOFN_CHARLIECLOUD_IMAGES"));
    } else {
      settings.put("runtime", runtime);
    }
    return settings;
  }

  /** A partition for each of the numbers from 0, which is its only record. */
  JavaRDD<String> numbers(int count) {
    return context()
        .parallelize(IntStream.range(0, count).mapToObj(Integer::toString).toList(), count);
  }

  Contest contest(String scenario) {
    return new Contest(scenario, report);
  }

  void report(Row row) {
    report.accept(row);
  }

  /** Fails unless what came out is what should. */
  static void check(String what, Object actual, Object expected) {
    if (!actual.equals(expected)) {
      throw new IllegalStateException("%s: %s came out, not %s".formatted(what, actual, expected));
    }
  }

  @Override
  public void close() {
    spark.close();
  }
}
