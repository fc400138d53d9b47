package io.lofn.it;

import io.lofn.api.Tool;
import io.lofn.api.Volume;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaFutureAction;

/** Faults of executors. */
final class ClusterFaults {

  private ClusterFaults() {}

  /** The JVM of an executor is killed at any moment while its tasks run. */
  static Fault executorKilled(StandaloneCluster cluster) {
    Random random = new Random(9);
    Tool<String, String> tool = Tool.pipe("busybox:1").shell("read record; sleep 2; echo $record");
    return (lab, times) -> {
      for (int i = 0; i < times; i++) {
        JavaFutureAction<List<String>> job = lab.start(tool, 4);
        lab.awaitContainers(1);
        TimeUnit.MILLISECONDS.sleep(random.nextInt(1_000));
        List<ProcessHandle> executors = cluster.executors();
        executors.get(random.nextInt(executors.size())).destroyForcibly();
        lab.injected(1);
        lab.requireOutcome(job, FaultLab.records(4));
      }
    };
  }

  /**
   * One task of a job is slow, so another attempt is made beside it, which wins: the first one
   * finds no mark of an earlier one, leaves one, and waits.
   */
  static Fault speculation(Path directory) {
    return (lab, times) -> {
      for (int i = 0; i < times; i++) {
        Path marks = Files.createDirectory(directory.resolve("marks-" + i));
        Tool<String, String> tool =
            Tool.pipe("busybox:1")
                .volume(Volume.of(marks.toString()).at("/marks").readWrite())
                .shell(
                    "read record;"
                        + " if [ $record = 0 ] && mkdir /marks/first 2>/dev/null; then sleep 600; fi;"
                        + " echo $record");
        JavaFutureAction<List<String>> job = lab.start(tool, 8);
        lab.requireOutcome(job, FaultLab.records(8));
        lab.injected(Files.exists(marks.resolve("first")) ? 1 : 0);
      }
    };
  }
}
