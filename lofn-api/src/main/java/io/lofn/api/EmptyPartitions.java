package io.lofn.api;

/** What to do with a partition that has no records. */
public enum EmptyPartitions {
  /**
   * Runs the tool with an empty input. The default, since only the tool knows its result for no
   * input: {@code wc -l} prints a 0 that a sum may need.
   */
  RUN,
  /** Returns an empty output and runs no container. For tools that fail without input. */
  SKIP
}
