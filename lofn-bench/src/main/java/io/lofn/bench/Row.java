package io.lofn.bench;

import java.util.Locale;

/**
 * One measurement, which is printed tab-separated.
 *
 * @param scenario the scenario
 * @param system the system, or the two systems of a ratio
 * @param metric the metric
 * @param median the median of the rounds
 * @param min the least of them
 * @param max the greatest of them
 * @param unit the unit
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

  /** Creates the row of a single measurement. */
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
