package io.lofn.core.config;

/** Which exchanges outlive their run. */
public enum KeepPolicy {
  NEVER,
  ON_FAILURE
}
