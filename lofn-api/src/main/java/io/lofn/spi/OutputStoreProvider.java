package io.lofn.spi;

import java.util.Map;

/**
 * Makes an {@link OutputStore}. Found by {@link java.util.ServiceLoader}: a public class with a
 * public constructor without parameters, which does no work. There may be one on the class path.
 */
public interface OutputStoreProvider {

  /**
   * Makes the store. Called by the driver and by each executor.
   *
   * @param hadoop the job's Hadoop properties, over those of the configuration files on the class
   *     path; some may be secrets
   * @return the store
   */
  OutputStore create(Map<String, String> hadoop);
}
