package io.lofn.api;

/** What happens with a partition that has no records. */
public enum EmptyPartitions {
  /**
   * The tool runs on it, with an empty input. The default: only the tool knows what nothing means,
   * {@code wc -l} prints a 0 that a sum may need.
   */
  RUN,
  /** Its output is empty too, and no container runs. For tools that fail without input. */
  SKIP
}
