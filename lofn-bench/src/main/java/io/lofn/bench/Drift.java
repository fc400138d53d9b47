package io.lofn.bench;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** Runs warm containers many times, in rounds of a thousand, and measures what grows. */
final class Drift implements Scenario {

  private static final int BATCH = 1000;

  @Override
  public void run(Lab lab) throws Exception {
    String runtime = lab.runtimes().get(0);
    TinyTools tools = new TinyTools(lab, BATCH);
    List<State> states = new ArrayList<>();
    for (int batch = 1; batch <= lab.sizes().driftRuns / BATCH; batch++) {
      long begin = System.nanoTime();
      tools.lofn(runtime, true);
      State state = State.after(System.nanoTime() - begin);
      states.add(state);
      state.rows("thousand-" + batch).forEach(lab::report);
    }
    State second = states.get(1);
    State last = states.get(states.size() - 1);
    lab.report(new Row("drift", "last/second", "time", last.millis / second.millis, "x"));
    lab.report(new Row("drift", "last-second", "heap", last.heap - second.heap, "MiB"));
    lab.report(
        new Row("drift", "last-second", "descriptors", last.descriptors - second.descriptors, "1"));
    lab.report(new Row("drift", "last-second", "lofn-threads", last.threads - second.threads, "1"));
  }

  /** The resources in this JVM after the runs so far. */
  private record State(double millis, double heap, double descriptors, double threads) {

    static State after(long nanos) {
      System.gc();
      var system = ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class);
      return new State(
          nanos / 1e6,
          ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / (double) (1 << 20),
          system.getOpenFileDescriptorCount(),
          threadsOfLofn());
    }

    /** Counts lofn's threads; those of Spark's pools grow for other reasons. */
    private static long threadsOfLofn() {
      return Thread.getAllStackTraces().keySet().stream()
          .map(Thread::getName)
          .filter(name -> name.startsWith("lofn") || name.startsWith("docker-java"))
          .count();
    }

    List<Row> rows(String system) {
      return List.of(
          new Row("drift", system, "time", millis, "ms"),
          new Row("drift", system, "heap", heap, "MiB"),
          new Row("drift", system, "descriptors", descriptors, "1"),
          new Row("drift", system, "lofn-threads", threads, "1"));
    }
  }
}
