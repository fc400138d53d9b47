package io.lofn.core.config;

import java.util.Map;

/**
 * The session's Hadoop properties, without the prefix {@code spark.hadoop.}. Some are secrets.
 *
 * @param values name to value
 */
public record HadoopProperties(Map<String, String> values) {

  @Override
  public String toString() {
    return values.size() + " Hadoop properties";
  }
}
