package io.lofn.it.job;

import io.lofn.api.Lines;
import io.lofn.api.Tool;
import io.lofn.api.Volume;
import io.lofn.spark.Lofn;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * Runs jobs that fail, one after the other, and prints each failure as the JVM prints what a main
 * method throws. {@code FailingJobs DIRECTORY}: an empty directory for volumes.
 */
public final class FailingJobs {

  /** Comes before the name of a failure, on a line of standard error of its own. */
  public static final String MARK = "=== ";

  private static final String IMAGE = "busybox:1";
  private static final Map<String, String> NO_DOCKER =
      Map.of(
          "spark.lofn.runtime", "docker", "spark.lofn.docker.host", "unix:///nonexistent/docker");

  private final Map<String, Failing> jobs = new LinkedHashMap<>();
  private final SparkSession spark;
  private final JavaSparkContext context;

  private FailingJobs(SparkSession spark, String directory) {
    this.spark = spark;
    this.context = new JavaSparkContext(spark.sparkContext());
    exitCodes();
    texts();
    limits();
    outputs();
    records();
    volumes(directory);
    images();
    settings();
  }

  /** A job that ends with an exception. */
  @FunctionalInterface
  private interface Failing {
    void run() throws Exception;
  }

  /**
   * Runs the jobs.
   *
   * @param args the directory
   */
  public static void main(String[] args) {
    try (SparkSession spark =
        SparkSession.builder().master("local[1]").appName("failing jobs").getOrCreate()) {
      new FailingJobs(spark, args[0]).jobs.forEach(FailingJobs::print);
    }
  }

  private static void print(String name, Failing job) {
    System.err.println(MARK + name);
    try {
      job.run();
      System.err.println("This job did not fail.");
    } catch (Exception e) {
      System.err.print("Exception in thread \"main\" ");
      e.printStackTrace();
    }
  }

  private void exitCodes() {
    add("exit-code", shell("echo 'no index for chr7' >&2; exit 3"));
    add("command-not-found", Tool.pipe(IMAGE).command("samtools", "sort"));
    add("shell-line-as-command", Tool.pipe(IMAGE).command("sort | uniq -c"));
    add("not-executable", Tool.pipe(IMAGE).command("/etc/passwd"));
    add("segmentation-fault", shell("kill -SEGV $$"));
    add("bus-error", shell("kill -BUS $$"));
    add("bad-system-call", shell("kill -SYS $$"));
    add("killed", shell("kill -KILL $$"));
    add("terminated", shell("kill -TERM $$"));
    add("pipeline-broken", shell("yes | head -1"));
    add("pipeline-exit-1", shell("grep nothing | sort"));
  }

  private void texts() {
    add("no-network", shell("wget -O - http://example.org/data >&2"));
    add("redirection-as-argument", Tool.pipe(IMAGE).command("sort", ">", "/shared/output.txt"));
    add(
        "many-lines-of-stderr",
        shell("seq 1 1000 >&2; printf '10%%\\r90%%\\033[2J\\n' >&2; exit 9"));
    add("read-only-image", shell("echo x > /etc/config").readOnlyRoot());
    add("pipefail-unknown", Tool.pipe("lofn/debian:12").command("sh", "-c", "set -o pipefail"));
  }

  private void limits() {
    add("out-of-memory", shell("tail -c 200m /dev/zero | tail").memory(16L << 20));
    add("timeout", shell("sleep 60").timeout(Duration.ofSeconds(1)));
    add("idle-timeout", shell("sleep 60").idleTimeout(Duration.ofSeconds(1)));
  }

  private void outputs() {
    add("output-missing", Tool.lines(IMAGE).command("true"));
    add("output-is-a-directory", Tool.lines(IMAGE).command("mkdir", "/shared/output.txt"));
    Lines gzip = Lines.text().gzip();
    add(
        "gzip-cut-short",
        Tool.of(IMAGE, gzip.toFile("in.gz"), gzip.fromFile("out.gz"))
            .shell("head -c 15 /shared/in.gz > /shared/out.gz"));
  }

  private void records() {
    jobs.put("null-record", () -> map(shell("cat"), Arrays.asList("one", null)));
    jobs.put("integers-as-lines", () -> mapIntegers(shell("cat")));
  }

  private void volumes(String directory) {
    add("volume-missing", shell("cat").volume(Volume.of("file:/nonexistent").at("/data")));
    add(
        "volume-read-only",
        shell("touch /data/x.bai").volume(Volume.of("file:" + directory).at("/data")));
    add(
        "volume-without-file-system",
        shell("cat").volume(Volume.of("s3a://bucket/data").at("/data")));
  }

  private void images() {
    add(
        "image-unknown",
        Tool.pipe("no/such-image:1").command("cat"),
        Map.of("spark.lofn.image.pullPolicy", "never"));
    add(
        "registry-unreachable",
        Tool.pipe("localhost:1/tool:1").command("cat"),
        Map.of("spark.lofn.engine.attempts", "1"));
  }

  private void settings() {
    add("no-engine", shell("cat"), NO_DOCKER);
    add("misspelt-key", shell("cat"), Map.of("spark.lofn.run.timout", "1m"));
    add("time-without-unit", shell("cat"), Map.of("spark.lofn.run.timeout", "10"));
    add("renamed-key", shell("cat"), Map.of("spark.lofn.lacking", "warn"));
    add("engine-socket", shell("cat").volume(Volume.of("file:/var/run/docker.sock").at("/s")));
  }

  private static Tool<String, String> shell(String script) {
    return Tool.pipe(IMAGE).shell(script);
  }

  private void add(String name, Tool<String, String> tool) {
    add(name, tool, Map.of("spark.lofn.runtime", "docker"));
  }

  private void add(String name, Tool<String, String> tool, Map<String, String> settings) {
    jobs.put(name, () -> lofn(settings).map(lines(List.of("one", "two")), tool).collect());
  }

  private void map(Tool<String, String> tool, List<String> records) {
    lofn(Map.of()).map(lines(records), tool).collect();
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // As a program in Python or without types does.
  private void mapIntegers(Tool<String, String> tool) {
    JavaRDD integers = context.parallelize(IntStream.range(0, 3).boxed().toList(), 1);
    lofn(Map.of()).map((JavaRDD<String>) integers, tool).collect();
  }

  private JavaRDD<String> lines(List<String> records) {
    return context.parallelize(records, 1);
  }

  private Lofn lofn(Map<String, String> settings) {
    SparkSession session = spark.newSession();
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.putIfAbsent("spark.lofn.runtime", "docker");
    all.forEach((key, value) -> session.conf().set(key, Objects.requireNonNull(value)));
    return Lofn.on(session);
  }
}
