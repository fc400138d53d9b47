package io.lofn.core.node;

import java.util.Map;

/**
 * The session's Hadoop properties, {@code spark.hadoop.} stripped from their names. Some are
 * secrets.
 *
 * @param values name to value
 */
public record HadoopProperties(Map<String, String> values) {

  @Override
  public String toString() {
    return values.size() + " Hadoop properties";
  }
}
