package io.lofn.api;

/**
 * What happens where a node's runtime lacks what a tool asks for, such as a memory limit under a
 * runtime that limits nothing. What is only a default of lofn, not asked for by anybody, is always
 * warned of once and left out.
 */
public enum UnsupportedFeaturePolicy {
  /** The tool is not run there, and the failure names what is lacking. The default. */
  REFUSE,
  /** The tool runs without it; each node warns once. */
  WARN
}
