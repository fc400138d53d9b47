package io.lofn.bench;

import java.util.HashMap;
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
  private final Map<String, Work> preparations = new HashMap<>();
  private final Map<String, Times> times = new LinkedHashMap<>();
  private final Map<String, Times> cpu = new LinkedHashMap<>();

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
    cpu.put(system, new Times(parts));
    return this;
  }

  /** Adds what a system needs before each round, which is not measured. */
  Contest before(String system, Work preparation) {
    preparations.put(system, preparation);
    return this;
  }

  /** Measures, and reports a row for each system. */
  Contest run(int rounds) throws Exception {
    for (int round = -1; round < rounds; round++) {
      for (Map.Entry<String, Work> each : works.entrySet()) {
        preparations.getOrDefault(each.getKey(), () -> {}).run();
        long cpuBegin = CpuClock.nanos();
        long begin = System.nanoTime();
        each.getValue().run();
        if (round >= 0) {
          times(each.getKey()).add(System.nanoTime() - begin);
          cpu(each.getKey()).add(CpuClock.nanos() - cpuBegin);
        }
      }
    }
    report("time", times);
    return this;
  }

  private void report(String metric, Map<String, Times> measured) {
    measured.forEach(
        (system, all) ->
            report.accept(
                new Row(scenario, system, metric, all.median(), all.min(), all.max(), "ms")));
  }

  /**
   * Reports also the time that processors spent on this process and its children, which other load
   * does not change. It does not include what engines do in other processes.
   *
   * @param slots how many parts run at a time
   */
  Contest cpu(int slots) {
    cpu.values().forEach(all -> all.divide(slots));
    report("cpu", cpu);
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

  /** Reports how much more time of processors than another a system took. */
  Contest cpuOverhead(String name, String system, String other) {
    double overhead = cpu(system).median() - cpu(other).median();
    report.accept(new Row(scenario, name, "cpu-overhead", overhead, "ms"));
    return this;
  }

  private Times cpu(String system) {
    return Objects.requireNonNull(cpu.get(system), system);
  }

  private Times times(String system) {
    return Objects.requireNonNull(times.get(system), system);
  }
}
