package io.lofn.bench;

import io.lofn.api.Tool;
import io.lofn.spark.Lofn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * The resources of the scenarios: a Spark session, lofn with each runtime, and the receiver of the
 * rows.
 */
final class Lab implements AutoCloseable {

  static final String IMAGE = "busybox:1";

  /** The runtime of lofn-testkit, which starts plain processes. */
  static final String PROCESS = "process";

  static final String EMBEDDED = "embedded";

  private static final String CHARLIECLOUD = "charliecloud";

  private final SparkSession spark;
  private final Sizes sizes;
  private final List<String> runtimes;
  private final Consumer<Row> report;
  private final Map<String, Lofn> sessions = new LinkedHashMap<>();
  private final Map<String, Phases> phases = new LinkedHashMap<>();

  private Lab(SparkSession spark, Sizes sizes, List<String> runtimes, Consumer<Row> report) {
    this.spark = spark;
    this.sizes = sizes;
    this.runtimes = runtimes;
    this.report = report;
  }

  /**
   * Starts a Spark session.
   *
   * @param slots the number of partitions that run at a time
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

  /** Returns the number of partitions that run at a time. */
  int slots() {
    return context().defaultParallelism();
  }

  JavaSparkContext context() {
    return new JavaSparkContext(spark.sparkContext());
  }

  /** Returns the runtimes to measure, by the names of {@link #lofn}; the first is the main one. */
  List<String> runtimes() {
    return runtimes;
  }

  /** Returns the name of lofn in ratios, with its runtime unless that is the main one. */
  String ratioName(String runtime) {
    return isFirst(runtime) ? "lofn" : "lofn-" + runtime;
  }

  /** Returns whether a runtime is the main one. */
  boolean isFirst(String runtime) {
    return runtime.equals(runtimes.get(0));
  }

  /** Returns whether the bare API calls of a runtime are measured, too. */
  static boolean hasFloor(String runtime) {
    return runtime.equals("docker") || runtime.equals("podman");
  }

  /** Returns whether a runtime supports warm containers, which need process isolation. */
  static boolean canReuse(String runtime) {
    return !runtime.equals(CHARLIECLOUD);
  }

  /** Returns lofn with a runtime: one of lofn's, or {@code charliecloud}. */
  Lofn lofn(String runtime) {
    return sessions.computeIfAbsent(
        runtime,
        name -> {
          phases.put(name, new Phases());
          Lofn lofn = session(settings(name));
          provide(lofn, name, IMAGE);
          return lofn;
        });
  }

  /** Returns lofn with a runtime, and exchanges in memory. */
  Lofn lofnInMemory(String runtime) {
    return sessions.computeIfAbsent(
        runtime + "-memory",
        name -> {
          Map<String, String> settings = settings(runtime);
          settings.put("tmp.memoryDir", "/dev/shm");
          Lofn lofn = session(settings);
          provide(lofn, runtime, IMAGE);
          return lofn;
        });
  }

  /** Makes an image of docker's present for a runtime without a registry. */
  void provide(String runtime, String image) {
    provide(lofn(runtime), runtime, image);
  }

  private static void provide(Lofn lofn, String runtime, String image) {
    if (!runtime.equals(EMBEDDED)) {
      return;
    }
    try {
      Path archive = Files.createTempFile("lofn-bench", ".tar");
      try {
        String unused = Shell.output("docker save -o %s %s".formatted(archive, image));
        lofn.prepareImages(Tool.pipe(image).imageArchive(archive.toUri().toString()));
      } finally {
        Files.delete(archive);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while " + image + " was saved", e);
    }
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

  /** Returns partitions with one record each, the numbers from 0. */
  JavaRDD<String> numbers(int count) {
    return context()
        .parallelize(IntStream.range(0, count).mapToObj(Integer::toString).toList(), count);
  }

  /** Returns where the time of the runs with a runtime goes, after its first use. */
  Phases phases(String runtime) {
    return Objects.requireNonNull(phases.get(runtime), runtime);
  }

  /** Reports where the time of the runs with a runtime went, if that is asked for. */
  void reportPhases(String scenario, String runtime) {
    if (sizes.phases) {
      phases(runtime).report(scenario, "lofn-" + runtime, report);
    }
  }

  Contest contest(String scenario) {
    return new Contest(scenario, report);
  }

  void report(Row row) {
    report.accept(row);
  }

  /** Fails unless the result is the expected one. */
  static void check(String what, Object actual, Object expected) {
    if (!actual.equals(expected)) {
      throw new IllegalStateException(
          "%s: the result is %s instead of %s".formatted(what, actual, expected));
    }
  }

  @Override
  public void close() {
    spark.close();
  }
}
