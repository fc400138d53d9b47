package io.lofn.bench;

/**
 * One measured value, as the benchmarks print it: tab-separated.
 *
 * @param scenario what was done
 * @param system what did it
 * @param metric what was measured
 * @param value how much
 * @param unit of what
 */
record Row(String scenario, String system, String metric, long value, String unit) {

  static final String HEADER = "scenario\tsystem\tmetric\tvalue\tunit";

  @Override
  public String toString() {
    return String.join("\t", scenario, system, metric, Long.toString(value), unit);
  }
}
