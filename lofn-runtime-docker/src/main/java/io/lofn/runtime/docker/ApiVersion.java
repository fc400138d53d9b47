package io.lofn.runtime.docker;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A version of the Engine API, such as 1.41. */
record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {

  /** Docker 20.10, the oldest that does all that is asked of it here. */
  static final ApiVersion OLDEST = new ApiVersion(1, 41);

  /** What the requests here are written for; Docker 29 takes nothing older. */
  static final ApiVersion NEWEST = new ApiVersion(1, 44);

  /** Docker 25, the first that makes mounts read-only with all that is below them. */
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
   * The version to speak with an engine.
   *
   * @param newest the newest one that the engine speaks
   * @param oldest the oldest one that the engine speaks; if that is too new for us we try our luck
   */
  static ApiVersion negotiate(ApiVersion newest, ApiVersion oldest) {
    ApiVersion common = newest.compareTo(NEWEST) < 0 ? newest : NEWEST;
    return common.compareTo(oldest) < 0 ? oldest : common;
  }

  /** Says that an engine whose newest version this is cannot be used. */
  static String tooOld(ApiVersion newest) {
    return "speaks API " + newest + ", but " + OLDEST + " is needed, that is Docker 20.10 or newer";
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
