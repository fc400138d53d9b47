package io.lofn.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/**
 * HDFS and YARN on this machine, each daemon a JVM that has Hadoop's own jars and nothing of lofn
 * or Spark: name node and data node in one, a resource manager, a node manager.
 */
final class YarnCluster implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String LOOPBACK = "127.0.0.1";

  private final Path directory;
  private final Path conf;
  private final List<Daemon> daemons = new ArrayList<>();
  private final Hdfs hdfs;
  private final String status = address();

  /** Starts it; what the daemons write is below a directory. */
  YarnCluster(Path directory) {
    this.directory = directory;
    this.conf = directory.resolve("conf");
    this.hdfs = new Hdfs(directory);
    try {
      configure();
      start("resources", daemon("yarn.server.resourcemanager.ResourceManager"));
      start("node", daemon("yarn.server.nodemanager.NodeManager"));
      hdfs.await();
      Engines.waitUntil(
          "YARN has a node, as its logs may tell",
          PATIENCE,
          () -> status().contains("\"activeNodes\":1"));
    } catch (IOException | RuntimeException | Error e) {
      close();
      throw new AssertionError("The cluster does not start", e);
    } catch (InterruptedException e) {
      close();
      throw new AssertionError("Interrupted", e);
    }
  }

  private static String address() {
    return LOOPBACK + ":" + Registry.freePort();
  }

  private void configure() throws IOException {
    Map<String, String> yarn = new LinkedHashMap<>();
    for (String service :
        List.of(
            "resourcemanager.address",
            "resourcemanager.scheduler.address",
            "resourcemanager.resource-tracker.address",
            "resourcemanager.admin.address",
            "nodemanager.address",
            "nodemanager.localizer.address",
            "nodemanager.webapp.address")) {
      yarn.put("yarn." + service, address());
    }
    yarn.put("yarn.resourcemanager.hostname", LOOPBACK);
    yarn.put("yarn.resourcemanager.webapp.address", status);
    yarn.put("yarn.nodemanager.hostname", LOOPBACK);
    yarn.put("yarn.nodemanager.local-dirs", localDirectory().toString());
    yarn.put("yarn.nodemanager.log-dirs", directory.resolve("containers").toString());
    yarn.put("yarn.nodemanager.resource.memory-mb", "6144");
    yarn.put("yarn.nodemanager.resource.cpu-vcores", "4");
    yarn.put("yarn.scheduler.minimum-allocation-mb", "128");
    yarn.put("yarn.nodemanager.pmem-check-enabled", "false");
    yarn.put("yarn.nodemanager.vmem-check-enabled", "false");
    yarn.put(
        "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage", "99.5");
    write("yarn-site.xml", yarn);
    write(
        "capacity-scheduler.xml",
        Map.of(
            "yarn.scheduler.capacity.root.queues", "default",
            "yarn.scheduler.capacity.root.default.capacity", "100",
            "yarn.scheduler.capacity.maximum-am-resource-percent", "0.5"));
  }

  private void write(String file, Map<String, String> properties) throws IOException {
    Configuration configuration = new Configuration(false);
    properties.forEach(configuration::set);
    try (var out = Files.newOutputStream(conf.resolve(file))) {
      configuration.writeXml(out);
    }
  }

  private List<String> daemon(String type) {
    return hdfs.daemon(type, "-Dyarn.log.dir=" + directory);
  }

  private void start(String name, List<String> command) {
    daemons.add(
        Daemon.start(
            log(name), Map.of("JAVA_HOME", System.getProperty("java.home")), command, () -> true));
  }

  private Path log(String name) {
    return directory.resolve(name + ".log");
  }

  private String status() {
    URI metrics = URI.create("http://" + status + "/ws/v1/cluster/metrics");
    try (var page = metrics.toURL().openStream()) {
      return new String(page.readAllBytes(), UTF_8);
    } catch (IOException notYet) {
      return "";
    }
  }

  /** The directory of its configuration files. */
  Path conf() {
    return conf;
  }

  /** The same, for Hadoop in this JVM. */
  Configuration configuration() {
    Configuration configuration = new Configuration();
    configuration.set("fs.defaultFS", hdfs.uri());
    return configuration;
  }

  /** Where YARN keeps the files of applications. */
  Path localDirectory() {
    return directory.resolve("local");
  }

  /** How often a file of HDFS was opened. */
  long timesOpened(String file) throws IOException {
    return hdfs.timesOpened(file);
  }

  @Override
  public void close() {
    for (int i = daemons.size() - 1; i >= 0; i--) {
      daemons.get(i).close();
    }
    hdfs.close();
  }
}
