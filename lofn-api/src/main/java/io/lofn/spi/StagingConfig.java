package io.lofn.spi;

import java.nio.file.Path;
import java.util.Map;

/**
 * What a stager is configured with.
 *
 * @param directory an existing directory of this node that copies may be kept in
 * @param hadoop the session's Hadoop properties, {@code spark.hadoop.} stripped from their names
 */
public record StagingConfig(Path directory, Map<String, String> hadoop) {

  /**
   * Copies the properties.
   *
   * @param directory an existing directory of this node that copies may be kept in
   * @param hadoop the session's Hadoop properties
   */
  public StagingConfig {
    hadoop = Map.copyOf(hadoop);
  }

  /** Names the properties only: their values may be secrets. */
  @Override
  public String toString() {
    return directory + ", " + hadoop.size() + " Hadoop properties";
  }
}
