package io.lofn.api;

/**
 * What to do if a node's runtime does not support what a tool asks for, such as a memory limit. If
 * it does not support a mere default of lofn, lofn always warns once and runs without it.
 */
public enum UnsupportedFeaturePolicy {
  /** Refuses to run the tool there; the exception names what is not supported. The default. */
  REFUSE,
  /** Runs the tool without it; each node warns once. */
  WARN
}
