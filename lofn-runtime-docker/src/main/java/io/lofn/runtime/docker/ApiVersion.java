package io.lofn.runtime.docker;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A version of the Engine API, such as 1.41. */
record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {

  /** Docker 20.10, the oldest version that supports everything that lofn needs. */
  static final ApiVersion OLDEST = new ApiVersion(1, 41);

  /** The version that lofn uses; Docker 29 accepts no older one. */
  static final ApiVersion NEWEST = new ApiVersion(1, 44);

  /** Docker 25, the first version that makes the mounts below a read-only mount read-only, too. */
  static final ApiVersion CLOSES_SUBMOUNTS = new ApiVersion(1, 44);

  private static final Pattern FORMAT = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})");

  static Optional<ApiVersion> parse(String text) {
    Matcher matcher = FORMAT.matcher(text);
    return matcher.matches()
        ? Optional.of(
            new ApiVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }

  /**
   * Returns the version to use with an engine.
   *
   * @param newest the newest version that the engine supports
   * @param oldest the oldest version that the engine supports; if it is newer than ours, the result
   *     is used anyway
   */
  static ApiVersion negotiate(ApiVersion newest, ApiVersion oldest) {
    ApiVersion common = newest.compareTo(NEWEST) < 0 ? newest : NEWEST;
    return common.compareTo(oldest) < 0 ? oldest : common;
  }

  /** Returns the message for an engine whose newest version this is. */
  static String tooOld(ApiVersion newest) {
    return "supports API version "
        + newest
        + ", but lofn needs "
        + OLDEST
        + " (Docker 20.10) or newer";
  }

  @Override
  public int compareTo(ApiVersion other) {
    return Comparator.comparingInt(ApiVersion::major)
        .thenComparingInt(ApiVersion::minor)
        .compare(this, other);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
