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
 * @param writeProtected whether the file modes of a copy must keep tools from writing it, since the
 *     node's runtime cannot mount it read-only. Elsewhere the owner may write, so that what a tool
 *     copies in its container is the tool's to change
 */
public record StagingConfig(
    Path directory, long maxBytes, Map<String, String> hadoop, boolean writeProtected) {

  /**
   * Copies the properties.
   *
   * @param directory an existing directory of this node for copies, which no other user may enter
   * @param maxBytes the maximum size of all copies in it
   * @param hadoop the session's Hadoop properties
   * @param writeProtected whether the file modes of a copy must keep tools from writing it
   */
  public StagingConfig {
    hadoop = Map.copyOf(hadoop);
  }

  /**
   * A configuration for a runtime that mounts copies read-only.
   *
   * @param directory an existing directory of this node that copies may be kept in, which no other
   *     user may enter
   * @param maxBytes how much all copies in it may take
   * @param hadoop the session's Hadoop properties
   */
  public StagingConfig(Path directory, long maxBytes, Map<String, String> hadoop) {
    this(directory, maxBytes, hadoop, false);
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
