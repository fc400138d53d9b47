package io.lofn.spi;

import java.util.Map;

/**
 * Creates an {@link OutputStore}. Found by {@link java.util.ServiceLoader}: a public class with a
 * public constructor without parameters, which does no work. The class path may have one.
 */
public interface OutputStoreProvider {

  /**
   * Creates the store. Called by the driver and by each executor.
   *
   * @param hadoop the job's Hadoop properties, over those of the configuration files on the class
   *     path; some may be secrets
   * @return the store
   */
  OutputStore create(Map<String, String> hadoop);
}
