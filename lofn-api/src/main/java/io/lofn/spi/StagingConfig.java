package io.lofn.spi;

import java.nio.file.Path;
import java.util.Map;

/**
 * The configuration of a stager.
 *
 * @param directory an existing directory of this node for copies; other users cannot enter it, but
 *     other processes of this user keep their copies there too
 * @param maxBytes the maximum size of all copies in it
 * @param hadoop the session's Hadoop properties, without the prefix {@code spark.hadoop.}
 */
public record StagingConfig(Path directory, long maxBytes, Map<String, String> hadoop) {

  /**
   * Copies the properties.
   *
   * @param directory an existing directory of this node for copies, which no other user may enter
   * @param maxBytes the maximum size of all copies in it
   * @param hadoop the session's Hadoop properties
   */
  public StagingConfig {
    hadoop = Map.copyOf(hadoop);
  }

  /**
   * Creates a configuration without a limit.
   *
   * @param directory an existing directory of this node for copies, which no other user may enter
   * @param hadoop the session's Hadoop properties
   */
  public StagingConfig(Path directory, Map<String, String> hadoop) {
    this(directory, Long.MAX_VALUE, hadoop);
  }

  /** Returns the number of properties only: their values may be secrets. */
  @Override
  public String toString() {
    return directory + ", " + hadoop.size() + " Hadoop properties";
  }
}
