package io.lofn.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Compares systems that do the same work. They run in turns, round by round, so that other load
 * affects all of them equally; a warm-up round comes first and is not counted.
 */
final class Contest {

  /** Does all of the work, and fails if the result is wrong. */
  @FunctionalInterface
  interface Work {
    void run() throws Exception;
  }

  private final String scenario;
  private final Consumer<Row> report;
  private final Map<String, Work> works = new LinkedHashMap<>();
  private final Map<String, Times> times = new LinkedHashMap<>();

  Contest(String scenario, Consumer<Row> report) {
    this.scenario = scenario;
    this.report = report;
  }

  Contest add(String system, Work work) {
    return add(system, 1, work);
  }

  /**
   * Adds a system.
   *
   * @param parts the number by which its time is divided
   */
  Contest add(String system, double parts, Work work) {
    works.put(system, work);
    times.put(system, new Times(parts));
    return this;
  }

  /** Measures, and reports a row for each system. */
  Contest run(int rounds) throws Exception {
    for (int round = -1; round < rounds; round++) {
      for (Map.Entry<String, Work> each : works.entrySet()) {
        long begin = System.nanoTime();
        each.getValue().run();
        if (round >= 0) {
          times(each.getKey()).add(System.nanoTime() - begin);
        }
      }
    }
    times.forEach(
        (system, all) ->
            report.accept(
                new Row(scenario, system, "time", all.median(), all.min(), all.max(), "ms")));
    return this;
  }

  /** Reports how many times as long as another a system took. */
  Contest ratio(String name, String system, String other) {
    double ratio = times(system).median() / times(other).median();
    report.accept(new Row(scenario, name, "ratio", ratio, "x"));
    return this;
  }

  /** Reports by how much longer than another a system took. */
  Contest overhead(String name, String system, String other) {
    double overhead = times(system).median() - times(other).median();
    report.accept(new Row(scenario, name, "overhead", overhead, "ms"));
    return this;
  }

  private Times times(String system) {
    return Objects.requireNonNull(times.get(system), system);
  }
}
