package io.lofn.it;

import io.lofn.api.Tool;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.apache.spark.api.java.JavaFutureAction;

/** Somebody kills a process between the executor and a tool. */
final class EmbeddedFaults {

  private static final Tool<String, String> TOOL =
      Tool.pipe("busybox:1").shell("read record; sleep 2; echo $record");

  /** Which one. */
  enum Victim {
    /** The child of the executor. */
    HELPER,
    /** Process 1 of the container. */
    INIT,
    /** The tool. */
    TOOL;

    String fault() {
      return name().toLowerCase(Locale.ROOT) + " killed";
    }

    private boolean is(ProcessHandle process) {
      boolean helper = EmbeddedNode.isHelper(process);
      boolean parent = process.parent().map(EmbeddedNode::isHelper).orElse(false);
      return switch (this) {
        case HELPER -> helper && !parent;
        case INIT -> helper && parent;
        case TOOL -> !helper && parent;
      };
    }
  }

  private EmbeddedFaults() {}

  static Fault killed(Victim victim) {
    Random random = new Random(3);
    return (lab, times) -> {
      for (int i = 0; i < times; i++) {
        JavaFutureAction<List<String>> job = lab.start(TOOL, 2);
        lab.awaitContainers(1);
        List<ProcessHandle> all = lab.await(() -> ofThisJvm(victim));
        all.get(random.nextInt(all.size())).destroyForcibly();
        lab.injected(1);
        lab.requireOutcome(job, FaultLab.records(2));
      }
    };
  }

  private static List<ProcessHandle> ofThisJvm(Victim victim) {
    return ProcessHandle.current().descendants().filter(victim::is).toList();
  }
}
