package io.lofn.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** All faults, for each engine that has them. */
final class FaultSuite {

  /**
   * One fault for one runtime.
   *
   * @param fault its name
   * @param runtime the runtime's name
   * @param few how often it happens in a test
   * @param many how often it happens in the long program
   * @param scenario where and how it happens
   */
  record Case(String fault, String runtime, int few, int many, Scenario scenario) {

    FaultRow run(int times) throws Exception {
      Path directory = Files.createTempDirectory(Path.of("/tmp"), "lofn-it-");
      try {
        return scenario.run(this, times, directory);
      } finally {
        Engines.run("rm", "-rf", directory.toString());
      }
    }

    @Override
    public String toString() {
      return fault + ", " + runtime;
    }
  }

  /** Sets the stage for a fault. */
  interface Scenario {
    FaultRow run(Case fault, int times, Path directory) throws Exception;
  }

  private FaultSuite() {}

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    for (String runtime : List.of("docker", "podman")) {
      cases.add(new Case("job cancelled", runtime, 6, 200, shared(ToolFaults::cancelled)));
      cases.add(new Case("executor killed", runtime, 1, 20, FaultSuite::killExecutors));
      cases.add(new Case("speculative execution", runtime, 1, 10, FaultSuite::speculate));
      cases.add(new Case("engine stopped", runtime, 1, 5, privately(EngineFaults::stopped)));
      cases.add(new Case("engine killed", runtime, 1, 5, privately(EngineFaults::killed)));
      cases.add(new Case("engine frozen", runtime, 1, 5, privately(EngineFaults::frozen)));
      cases.add(new Case("disk full", runtime, 2, 10, FaultSuite::fillDisk));
      cases.add(new Case("out of memory", runtime, 1, 20, shared(ToolFaults::outOfMemory)));
      cases.add(
          new Case("container removed", runtime, 2, 20, shared(ToolFaults::containerRemoved)));
      cases.add(new Case("image removed", runtime, 1, 10, shared(ToolFaults::imageRemoved)));
      cases.add(new Case("slow engine", runtime, 5, 100, unreliable(SocketProxy.Harm.DELAY)));
      cases.add(new Case("calls dropped", runtime, 5, 100, unreliable(SocketProxy.Harm.DROP)));
      cases.add(
          new Case("stream truncated", runtime, 5, 100, unreliable(SocketProxy.Harm.TRUNCATE)));
    }
    return cases;
  }

  private static Scenario shared(Fault fault) {
    return (which, times, directory) ->
        locally(which, TestEngine.ofThisMachine(which.runtime), Map.of(), directory, times, fault);
  }

  private interface EngineFault {
    Fault of(PrivateEngine engine);
  }

  private static Scenario privately(EngineFault fault) {
    return (which, times, directory) -> {
      try (PrivateEngine engine = PrivateEngine.in(directory, which.runtime)) {
        return locally(which, engine, Map.of(), directory, times, fault.of(engine));
      }
    };
  }

  private static Scenario unreliable(SocketProxy.Harm harm) {
    return (which, times, directory) -> {
      TestEngine engine = TestEngine.ofThisMachine(which.runtime);
      Path socket = directory.resolve("proxy.sock");
      try (SocketProxy proxy = new SocketProxy(socket, engine.socket(), harm)) {
        return locally(
            which,
            engine,
            attached(engine.settings(socket)),
            directory,
            times,
            EngineFaults.unreliable(proxy));
      }
    };
  }

  /** With streams that pass the proxy. */
  private static Map<String, String> attached(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("spark.lofn.container.pipes", "false");
    return all;
  }

  private static FaultRow fillDisk(Case which, int times, Path directory) throws Exception {
    Path small = Files.createDirectory(directory.resolve("small"));
    Engines.run("mount", "-t", "tmpfs", "-o", "size=16m", "lofn-it", small.toString());
    try {
      return locally(
          which,
          TestEngine.ofThisMachine(which.runtime),
          Map.of("spark.lofn.tmp.dir", small.toString(), "spark.lofn.tmp.minFree", "1m"),
          directory,
          times,
          ToolFaults::diskFull);
    } finally {
      Engines.run("umount", small.toString());
    }
  }

  /** In a Spark of this JVM that tries each task four times. */
  private static FaultRow locally(
      Case which,
      TestEngine engine,
      Map<String, String> settings,
      Path directory,
      int times,
      Fault fault)
      throws Exception {
    try (SparkSession spark =
        SparkSession.builder()
            .master("local[2,4]")
            .appName(which.toString())
            .config("spark.ui.enabled", "false")
            .config("spark.lofn.probe", "never")
            .config("spark.local.dir", directory.resolve("local").toString())
            .getOrCreate()) {
      FaultLab lab = new FaultLab(spark, engine, settings, directory);
      fault.inject(lab, times);
      return lab.row(which.fault);
    }
  }

  private static FaultRow killExecutors(Case which, int times, Path directory) throws Exception {
    try (StandaloneCluster cluster = cluster(which, directory, Map.of())) {
      FaultLab lab = lab(which, cluster, directory);
      ClusterFaults.executorKilled(cluster).inject(lab, times);
      return lab.row(which.fault);
    }
  }

  private static FaultRow speculate(Case which, int times, Path directory) throws Exception {
    Map<String, String> eager =
        Map.of(
            "spark.speculation",
            "true",
            "spark.speculation.interval",
            "100ms",
            "spark.speculation.quantile",
            "0.5",
            "spark.speculation.minTaskRuntime",
            "1s");
    try (StandaloneCluster cluster = cluster(which, directory, eager)) {
      FaultLab lab = lab(which, cluster, directory);
      ClusterFaults.speculation(directory).inject(lab, times);
      return lab.row(which.fault);
    }
  }

  private static StandaloneCluster cluster(Case which, Path directory, Map<String, String> settings)
      throws IOException {
    // Of two workers that make it at once, one takes that for a failure and starts no executor.
    Path local = Files.createDirectory(directory.resolve("local-" + which.runtime));
    Map<String, String> worker = Map.of("SPARK_LOCAL_DIRS", local.toString());
    return new StandaloneCluster(directory, 2, List.of(worker, worker), settings);
  }

  private static FaultLab lab(Case which, StandaloneCluster cluster, Path directory) {
    return new FaultLab(
        cluster.spark(), TestEngine.ofThisMachine(which.runtime), Map.of(), directory);
  }
}
