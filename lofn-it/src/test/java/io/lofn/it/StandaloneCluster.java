package io.lofn.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** Spark's own cluster on this machine: a master, workers and executors that are JVMs each. */
final class StandaloneCluster implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Path directory;
  private final SparkHome home;
  private final String classPath;
  private final List<Daemon> daemons = new ArrayList<>();
  private final int port = Registry.freePort();
  private final int statusPort = Registry.freePort();
  private @Nullable SparkSession spark;

  /**
   * Starts a cluster with an executor on each worker.
   *
   * @param cores processors of each worker
   * @param workers the environment of each worker, which its executor inherits
   */
  StandaloneCluster(Path directory, int cores, List<Map<String, String>> workers) {
    this(directory, cores, workers, Map.of());
  }

  /**
   * Starts a cluster whose Spark has more settings.
   *
   * @param settings more settings of Spark
   */
  StandaloneCluster(
      Path directory, int cores, List<Map<String, String>> workers, Map<String, String> settings) {
    this(
        directory,
        SparkHome.empty(directory.resolve("home")),
        System.getProperty("java.class.path"),
        cores,
        workers);
    try {
      spark = connect(cores * workers.size(), settings);
    } catch (RuntimeException | Error e) {
      close();
      throw new AssertionError("The cluster cannot be used", e);
    }
  }

  /**
   * Starts a cluster for jobs that are submitted to it.
   *
   * @param home the Spark that its processes have, and nothing else
   */
  StandaloneCluster(Path directory, SparkHome home, int cores, int workers) {
    this(
        directory,
        home,
        home.classPath(),
        cores,
        Collections.nCopies(workers, Map.of("SPARK_LOCAL_DIRS", local(directory))));
  }

  /** Made here: of two workers that make it at once, one takes that for a failure. */
  private static String local(Path directory) {
    try {
      return Files.createDirectories(directory.resolve("local")).toString();
    } catch (IOException e) {
      throw new AssertionError("Cannot make a directory for executors", e);
    }
  }

  private StandaloneCluster(
      Path directory,
      SparkHome home,
      String classPath,
      int cores,
      List<Map<String, String>> workers) {
    this.directory = directory;
    this.home = home;
    this.classPath = classPath;
    try {
      startMaster();
      for (Map<String, String> environment : workers) {
        startWorker(cores, environment);
      }
      awaitWorkers(workers.size());
    } catch (RuntimeException | Error e) {
      close();
      throw new AssertionError("The cluster does not start", e);
    } catch (InterruptedException e) {
      close();
      throw new AssertionError("Interrupted", e);
    }
  }

  SparkSession spark() {
    return Objects.requireNonNull(spark, "Nobody has connected");
  }

  /** What jobs are submitted to. */
  String master() {
    return "127.0.0.1:" + port;
  }

  /** The JVMs of the executors that live now. */
  List<ProcessHandle> executors() {
    return daemons.stream().skip(1).flatMap(Daemon::children).toList();
  }

  private void startMaster() {
    daemons.add(
        Daemon.start(
            directory.resolve("master.log"),
            Map.of(),
            java(
                "org.apache.spark.deploy.master.Master",
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--webui-port",
                Integer.toString(statusPort)),
            () -> status().contains("\"ALIVE\"")));
  }

  private void startWorker(int cores, Map<String, String> environment) {
    int number = daemons.size();
    Map<String, String> all = new HashMap<>(environment);
    all.putAll(home.environment());
    daemons.add(
        Daemon.start(
            directory.resolve("worker" + number + ".log"),
            all,
            java(
                "org.apache.spark.deploy.worker.Worker",
                "--host",
                // To Spark a node of its own each, for it does not speculate on the same one.
                "127.0.0." + (number + 1),
                "--cores",
                Integer.toString(cores),
                "--memory",
                "1g",
                "--work-dir",
                directory.resolve("work" + number).toString(),
                "--webui-port",
                "0",
                "spark://" + master()),
            () -> true));
  }

  private void awaitWorkers(int count) throws InterruptedException {
    Engines.waitUntil(
        "all workers serve, as the logs in " + directory + " may tell",
        PATIENCE,
        () -> status().replace(" ", "").contains("\"aliveworkers\":" + count));
  }

  private List<String> java(String type, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(SparkHome.java());
    command.addAll(SparkHome.shortLived());
    command.addAll(List.of("-Xmx256m", "-cp", classPath));
    // A master counts its applications and adds the second: those of two must not have one name.
    command.add("-Duser.timezone=GMT+" + Forks.number());
    command.add(type);
    command.addAll(List.of(arguments));
    return command;
  }

  private String status() {
    try (var page = URI.create("http://127.0.0.1:" + statusPort + "/json/").toURL().openStream()) {
      return new String(page.readAllBytes(), UTF_8);
    } catch (IOException notYet) {
      return "";
    }
  }

  private SparkSession connect(int cores, Map<String, String> settings) {
    SparkSession.Builder builder = SparkSession.builder();
    settings.forEach(builder::config);
    return builder
        .master("spark://" + master())
        .appName("lofn integration tests")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.local.dir", directory.resolve("local").toString())
        .config("spark.executor.memory", "512m")
        .config("spark.executor.extraJavaOptions", String.join(" ", SparkHome.shortLived()))
        .config("spark.lofn.probe", "never")
        .config("spark.cores.max", Integer.toString(cores))
        .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
        .config("spark.scheduler.minRegisteredResourcesRatio", "1.0")
        .config("spark.scheduler.maxRegisteredResourcesWaitingTime", "60s")
        .getOrCreate();
  }

  @Override
  public void close() {
    if (spark != null) {
      spark.stop();
    }
    for (int i = daemons.size() - 1; i >= 0; i--) {
      daemons.get(i).close();
    }
  }
}
