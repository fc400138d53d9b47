package io.lofn.it;

import io.lofn.spark.Lofn;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Spark in this JVM, for one test class, with a local directory of its own. */
final class LocalSpark implements BeforeAllCallback, AfterAllCallback {

  private final Path localDirectory = Path.of(System.getProperty("java.io.tmpdir"), "spark-local");
  private final String master;
  private SparkSession spark;

  LocalSpark() {
    this("local[2]");
  }

  LocalSpark(String master) {
    this.master = master;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    spark =
        SparkSession.builder()
            .master(master)
            .appName("lofn integration tests")
            .config("spark.ui.enabled", "false")
            .config("spark.local.dir", localDirectory.toString())
            // Or there would be one container more where this machine is a container itself.
            .config("spark.lofn.probe", "never")
            .getOrCreate();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    spark.stop();
  }

  JavaSparkContext context() {
    return new JavaSparkContext(spark.sparkContext());
  }

  Path localDirectory() {
    return localDirectory;
  }

  /** What every container of this Spark is labelled with. */
  String label() {
    return "io.lofn.application=" + context().sc().applicationId();
  }

  /** Waits until neither a container nor an exchange is left: a job ends before tasks it kills. */
  void awaitNothingLeft() throws InterruptedException {
    Engines.waitUntil("no container is left", () -> Engines.containers(label()).isEmpty());
    Engines.waitUntil(
        "no process of a tool is left", () -> EmbeddedNode.processesOf(localDirectory).isEmpty());
    Engines.waitUntil("no exchange is left", () -> Engines.exchanges(localDirectory).isEmpty());
  }

  /** lofn with settings of its own. */
  Lofn lofn(Map<String, String> settings) {
    return Lofn.on(session(settings));
  }

  SparkSession session(Map<String, String> settings) {
    SparkSession session = spark.newSession();
    settings.forEach((key, value) -> session.conf().set(key, value));
    return session;
  }
}
