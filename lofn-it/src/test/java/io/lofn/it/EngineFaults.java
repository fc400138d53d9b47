package io.lofn.it;

import io.lofn.api.Tool;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaFutureAction;

/** Faults of an engine, and of the way to it. */
final class EngineFaults {

  private static final Tool<String, String> TOOL =
      Tool.pipe("busybox:1").shell("read record; sleep 1; echo $record");

  private EngineFaults() {}

  /** The engine is stopped as for an update, and comes back. */
  static Fault stopped(PrivateEngine engine) {
    return ended(engine, PrivateEngine::stop);
  }

  /** The engine is killed, and comes back. */
  static Fault killed(PrivateEngine engine) {
    return ended(engine, PrivateEngine::die);
  }

  private static Fault ended(PrivateEngine engine, Consumer<PrivateEngine> end) {
    return (lab, times) -> {
      for (int i = 0; i < times; i++) {
        JavaFutureAction<List<String>> job = lab.start(TOOL, 4);
        lab.awaitContainers(1);
        end.accept(engine);
        engine.start();
        lab.injected(1);
        lab.requireOutcome(job, FaultLab.records(4));
      }
    };
  }

  /** The engine takes calls and answers none for longer than lofn waits, and goes on. */
  static Fault frozen(PrivateEngine engine) {
    return (lab, times) -> {
      for (int i = 0; i < times; i++) {
        JavaFutureAction<List<String>> job = lab.start(TOOL, 4);
        lab.awaitContainers(1);
        engine.freeze();
        TimeUnit.SECONDS.sleep(8);
        engine.thaw();
        lab.injected(1);
        lab.requireOutcome(job, FaultLab.records(4));
      }
    };
  }

  /** What passes between lofn and the engine is delayed or lost. */
  static Fault unreliable(SocketProxy proxy) {
    return (lab, times) -> {
      Tool<String, String> talkative =
          Tool.pipe("busybox:1")
              .shell("read record; for i in $(seq 200); do echo $record-$i; done; echo $record");
      while (proxy.hits() < times) {
        int before = proxy.hits();
        lab.requireOutcome(lab.start(talkative, 4), talked(4));
        lab.injected(proxy.hits() - before);
      }
    };
  }

  private static List<String> talked(int partitions) {
    return FaultLab.records(partitions).stream()
        .flatMap(
            record ->
                Stream.concat(
                    IntStream.rangeClosed(1, 200).mapToObj(i -> record + "-" + i),
                    Stream.of(record)))
        .toList();
  }
}
