package io.lofn.spark.executor;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;

/**
 * Reads the Hadoop properties that a job has in addition to the configuration files on its class
 * path.
 */
public final class HadoopConfigurations {

  private HadoopConfigurations() {}

  /**
   * Returns the properties that Spark took from its own configuration, and those that the program
   * has set.
   */
  public static Map<String, String> propertiesOf(JavaSparkContext spark) {
    Configuration configuration = spark.hadoopConfiguration();
    Map<String, String> properties = new HashMap<>();
    for (Map.Entry<String, String> entry : configuration) {
      if (!isFromFile(configuration.getPropertySources(entry.getKey()))) {
        properties.put(entry.getKey(), entry.getValue());
      }
    }
    return properties;
  }

  /** Returns the file system of paths without a scheme. */
  public static URI defaultFileSystem(JavaSparkContext spark) {
    return FileSystem.getDefaultUri(spark.hadoopConfiguration());
  }

  private static boolean isFromFile(String @Nullable [] sources) {
    return sources != null && sources.length > 0 && sources[sources.length - 1].endsWith(".xml");
  }
}
