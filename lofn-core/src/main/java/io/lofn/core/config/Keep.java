package io.lofn.core.config;

/** Which exchanges outlive their run. */
public enum Keep {
  NEVER,
  ON_FAILURE
}
