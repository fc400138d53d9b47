package io.lofn.spark.executor;

import io.lofn.core.config.HadoopProperties;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.node.NodeEnvironment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkConf;
import scala.Tuple2;

/**
 * The settings from which an executor's injector is made.
 *
 * @param conf the configuration that came with the task
 * @param directories where lofn may keep files
 * @param hadoop the session's Hadoop properties
 */
record ExecutorSettings(LofnConfig conf, NodeEnvironment directories, HadoopProperties hadoop) {

  static final String ENCRYPTION = "spark.io.encryption.enabled";

  private static final String HADOOP_PREFIX = "spark.hadoop.";

  /**
   * @param entries {@code spark.lofn.*}
   */
  static ExecutorSettings of(Map<String, String> entries, SparkConf spark) {
    LofnConfig conf = new LofnConfig(entries);
    Map<String, String> hadoop = new HashMap<>();
    for (Tuple2<String, String> entry : spark.getAll()) {
      if (entry._1.startsWith(HADOOP_PREFIX)) {
        hadoop.put(entry._1.substring(HADOOP_PREFIX.length()), entry._2);
      }
    }
    List<Path> directories =
        conf.find(LofnConfig.TMP_DIR)
            .map(path -> List.of(Path.of(path).toAbsolutePath()))
            .orElseGet(
                () -> LocalDirectories.of(System.getenv(), spark.get("spark.local.dir", "")));
    return new ExecutorSettings(
        conf,
        new NodeEnvironment(directories, new WorkerDirectories(), encrypts(spark)),
        new HadoopProperties(hadoop));
  }

  /** Whether Spark encrypts what it writes to local disks. */
  static boolean encrypts(SparkConf spark) {
    return spark.getBoolean(ENCRYPTION, false);
  }

  /** What lofn leaves plain where Spark encrypts; empty where it does not. */
  static Optional<String> encryptionWarning(SparkConf spark, LofnConfig conf) {
    if (!encrypts(spark)) {
      return Optional.empty();
    }
    String disks = "encrypt the nodes' disks if that is not allowed (docs/security.md)";
    return Optional.of(
        conf.find(LofnConfig.TMP_MEMORY_DIR).isPresent()
            ? "%s does not cover what lofn keeps on nodes: exchanges are kept in memory (%s), but copies of volumes and images are plain files; %s"
                .formatted(ENCRYPTION, LofnConfig.TMP_MEMORY_DIR.name(), disks)
            : "%s does not cover what lofn keeps on nodes: exchanges and copies of volumes are plain files; set %s to a tmpfs to keep exchanges in memory, and %s"
                .formatted(ENCRYPTION, LofnConfig.TMP_MEMORY_DIR.name(), disks));
  }
}
