package io.lofn.spi;

import io.lofn.api.CheckReturnValue;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The configuration of a runtime. Immutable. */
@CheckReturnValue
public final class RuntimeConfig {

  /** The default timeout of one call to an engine: 60 seconds. */
  public static final Duration DEFAULT_CALL_TIMEOUT = Duration.ofSeconds(60);

  private final Map<String, String> properties;
  private final Duration callTimeout;
  private final Map<String, String> hadoop;

  private RuntimeConfig(
      Map<String, String> properties, Duration callTimeout, Map<String, String> hadoop) {
    this.properties = Map.copyOf(properties);
    this.callTimeout = callTimeout;
    this.hadoop = Map.copyOf(hadoop);
  }

  /**
   * Returns a configuration.
   *
   * @param properties the runtime's own keys, without their prefix, to their values
   * @return the configuration, with the default timeout
   */
  public static RuntimeConfig of(Map<String, String> properties) {
    return new RuntimeConfig(properties, DEFAULT_CALL_TIMEOUT, Map.of());
  }

  /**
   * Returns this configuration with another timeout.
   *
   * @param timeout how long the engine may take to answer one call
   * @return the new configuration
   */
  public RuntimeConfig callTimeout(Duration timeout) {
    return new RuntimeConfig(properties, timeout, hadoop);
  }

  /**
   * Returns this configuration with the session's Hadoop properties.
   *
   * @param hadoop the properties, without the prefix {@code spark.hadoop.}; some may be secrets
   * @return the new configuration
   */
  public RuntimeConfig hadoop(Map<String, String> hadoop) {
    return new RuntimeConfig(properties, callTimeout, hadoop);
  }

  /**
   * Returns the value of one of the runtime's own keys.
   *
   * @param key the key without its prefix {@code spark.lofn.<name>.}
   * @return the value, or empty if it is not set
   */
  public Optional<String> property(String key) {
    return Optional.ofNullable(properties.get(key));
  }

  /**
   * Returns how long the engine may take to answer one call. Pulling an image and waiting for a
   * container have their own timeouts.
   *
   * @return the timeout
   */
  public Duration callTimeout() {
    return callTimeout;
  }

  /**
   * Returns the session's Hadoop properties, for runtimes that read files of Hadoop's file systems.
   *
   * @return name to value, over those of the configuration files on the class path
   */
  public Map<String, String> hadoop() {
    return hadoop;
  }

  @Override
  public String toString() {
    return new TreeMap<>(properties).keySet() + ", calls within " + callTimeout;
  }
}
