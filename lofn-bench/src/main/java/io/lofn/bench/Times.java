package io.lofn.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The times of the same work in each round, in milliseconds. */
final class Times {

  private static final double NANOS_PER_MILLI = 1e6;

  private final double parts;
  private final List<Double> millis = new ArrayList<>();

  /**
   * Creates an empty list of times.
   *
   * @param parts the number by which each time is divided
   */
  Times(double parts) {
    this.parts = parts;
  }

  void add(long nanos) {
    millis.add(nanos / NANOS_PER_MILLI / parts);
    Collections.sort(millis);
  }

  /** Divides all times. */
  void divide(double by) {
    millis.replaceAll(each -> each / by);
  }

  double min() {
    return millis.get(0);
  }

  double median() {
    int half = millis.size() / 2;
    return millis.size() % 2 == 1
        ? millis.get(half)
        : (millis.get(half - 1) + millis.get(half)) / 2;
  }

  double max() {
    return millis.get(millis.size() - 1);
  }
}
