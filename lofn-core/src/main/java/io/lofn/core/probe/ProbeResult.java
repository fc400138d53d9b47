package io.lofn.core.probe;

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
}
