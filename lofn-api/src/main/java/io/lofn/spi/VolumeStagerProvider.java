package io.lofn.spi;

import java.util.Set;

/**
 * Creates a {@link VolumeStager}. Found by {@link java.util.ServiceLoader}: a public class with a
 * public constructor without parameters, which does no work.
 */
public interface VolumeStagerProvider {

  /** Represents every scheme that no other stager supports. */
  String ANY_SCHEME = "*";

  /**
   * Returns the URI schemes that its stager supports.
   *
   * @return lower-case schemes such as {@code hdfs}, or {@link #ANY_SCHEME}; no two providers may
   *     support the same
   */
  Set<String> schemes();

  /**
   * Creates the stager. Called once per executor JVM.
   *
   * @param config the directory for copies, and the session's properties
   * @return the stager
   */
  VolumeStager create(StagingConfig config);
}
