package io.lofn.core.probe;

import java.util.Locale;

/**
 * The result of a probe of the mounts.
 *
 * @param kind whether they work
 * @param problem what is wrong, or why the probe is inconclusive; empty if they work
 * @param advice what to do; empty if there is nothing to do
 */
public record ProbeResult(Kind kind, String problem, String advice) {

  public enum Kind {
    GOOD,
    BAD,
    /** The image does not have the programs that the probe requires. */
    UNTOLD
  }

  static ProbeResult good() {
    return new ProbeResult(Kind.GOOD, "", "");
  }

  static ProbeResult bad(String problem, String advice) {
    return new ProbeResult(Kind.BAD, problem, advice);
  }

  static ProbeResult untold(String why) {
    return new ProbeResult(Kind.UNTOLD, why, "");
  }

  /** Whether an engine says that it, or a process of it, may not do something. */
  static boolean isDenied(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return lower.contains("permission denied") || lower.contains("operation not permitted");
  }
}
