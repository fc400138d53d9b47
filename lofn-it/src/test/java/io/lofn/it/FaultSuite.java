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
      TestEngine engine = TestEngine.ofThisMachine(runtime);
      cases.addAll(ofAnyNode(engine));
      cases.add(new Case("engine stopped", runtime, 1, 5, privately(EngineFaults::stopped)));
      cases.add(new Case("engine killed", runtime, 1, 5, privately(EngineFaults::killed)));
      cases.add(new Case("engine frozen", runtime, 1, 5, privately(EngineFaults::frozen)));
      Fault imageRemoved = ToolFaults.imageRemoved(engine);
      cases.add(new Case("image removed", runtime, 1, 10, on(engine, imageRemoved)));
      cases.add(new Case("slow engine", runtime, 5, 100, unreliable(SocketProxy.Harm.DELAY)));
      cases.add(new Case("calls dropped", runtime, 5, 100, unreliable(SocketProxy.Harm.DROP)));
      cases.add(
          new Case("stream truncated", runtime, 5, 100, unreliable(SocketProxy.Harm.TRUNCATE)));
    }
    TestNode embedded = new EmbeddedNode();
    cases.addAll(ofAnyNode(embedded));
    for (EmbeddedFaults.Victim victim : EmbeddedFaults.Victim.values()) {
      Scenario killed = on(embedded, EmbeddedFaults.killed(victim));
      cases.add(new Case(victim.fault(), embedded.runtime(), 2, 50, killed));
    }
    return cases;
  }

  private static List<Case> ofAnyNode(TestNode node) {
    String runtime = node.runtime();
    return List.of(
        new Case("job cancelled", runtime, 6, 200, on(node, ToolFaults::cancelled)),
        new Case("executor killed", runtime, 1, 20, killExecutors(node)),
        new Case("speculative execution", runtime, 1, 10, speculate(node)),
        new Case("disk full", runtime, 2, 10, fillDisk(node)),
        new Case("out of memory", runtime, 1, 20, on(node, ToolFaults::outOfMemory)),
        new Case("container removed", runtime, 2, 20, on(node, ToolFaults::containerRemoved)));
  }

  private static Scenario on(TestNode node, Fault fault) {
    return (which, times, directory) -> locally(which, node, Map.of(), directory, times, fault);
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

  private static Scenario fillDisk(TestNode node) {
    return (which, times, directory) -> {
      Path small = Files.createDirectory(directory.resolve("small"));
      Engines.run("mount", "-t", "tmpfs", "-o", "size=16m", "lofn-it", small.toString());
      try {
        Map<String, String> settings =
            Map.of("spark.lofn.tmp.dir", small.toString(), "spark.lofn.tmp.minFree", "1m");
        return locally(which, node, settings, directory, times, ToolFaults::diskFull);
      } finally {
        Engines.run("umount", small.toString());
      }
    };
  }

  /** In a Spark of this JVM that tries each task four times. */
  private static FaultRow locally(
      Case which,
      TestNode node,
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
      FaultLab lab = new FaultLab(spark, node, settings, directory);
      fault.inject(lab, times);
      return lab.row(which.fault);
    }
  }

  private static Scenario killExecutors(TestNode node) {
    return (which, times, directory) -> {
      try (StandaloneCluster cluster = cluster(which, directory, Map.of())) {
        FaultLab lab = new FaultLab(cluster.spark(), node, Map.of(), directory);
        ClusterFaults.executorKilled(cluster).inject(lab, times);
        return lab.row(which.fault);
      }
    };
  }

  private static Scenario speculate(TestNode node) {
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
    return (which, times, directory) -> {
      try (StandaloneCluster cluster = cluster(which, directory, eager)) {
        FaultLab lab = new FaultLab(cluster.spark(), node, Map.of(), directory);
        ClusterFaults.speculation(directory).inject(lab, times);
        return lab.row(which.fault);
      }
    };
  }

  private static StandaloneCluster cluster(Case which, Path directory, Map<String, String> settings)
      throws IOException {
    // Of two workers that make it at once, one takes that for a failure and starts no executor.
    Path local = Files.createDirectory(directory.resolve("local-" + which.runtime));
    Map<String, String> worker = Map.of("SPARK_LOCAL_DIRS", local.toString());
    return new StandaloneCluster(directory, 2, List.of(worker, worker), settings);
  }
}
