package io.lofn.spi;

import java.util.Set;

/**
 * Makes a {@link VolumeStager}. Found by {@link java.util.ServiceLoader}: a public class with a
 * public constructor without parameters, which does no work.
 */
public interface VolumeStagerProvider {

  /** Stands for every scheme that no other stager takes. */
  String ANY_SCHEME = "*";

  /**
   * The URI schemes its stager takes.
   *
   * @return lower-case schemes such as {@code hdfs}, or {@link #ANY_SCHEME}; no two providers may
   *     take the same
   */
  Set<String> schemes();

  /**
   * Makes the stager. Called once per executor JVM.
   *
   * @param config where to stage, and the session's properties
   * @return the stager
   */
  VolumeStager create(StagingConfig config);
}
