package io.lofn.bench;

import java.util.Locale;

/**
 * What was measured, as the benchmarks print it: tab-separated.
 *
 * @param scenario what was done
 * @param system what did it, or the two systems of a ratio
 * @param metric what was measured
 * @param median the median of the rounds
 * @param min the least of them
 * @param max the greatest of them
 * @param unit of what
 */
record Row(
    String scenario,
    String system,
    String metric,
    double median,
    double min,
    double max,
    String unit) {

  static final String HEADER = "scenario\tsystem\tmetric\tmedian\tmin\tmax\tunit";

  /** What was measured once. */
  Row(String scenario, String system, String metric, double value, String unit) {
    this(scenario, system, metric, value, value, value, unit);
  }

  @Override
  public String toString() {
    return String.join(
        "\t", scenario, system, metric, number(median), number(min), number(max), unit);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%.3f" : "%.0f", value);
  }
}
