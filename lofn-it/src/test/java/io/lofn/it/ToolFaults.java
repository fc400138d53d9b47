package io.lofn.it;

import io.lofn.api.PullPolicy;
import io.lofn.api.RunInput;
import io.lofn.api.Tool;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaFutureAction;

/** Faults of jobs, of tools, and of what belongs to them. */
final class ToolFaults {

  private static final String IMAGE = "busybox:1";
  private static final String ENOUGH = "read record; sleep 0.3; echo $record";
  private static final Tool<String, String> SLOW = Tool.pipe(IMAGE).shell(ENOUGH);

  private ToolFaults() {}

  /** A job is cancelled at any moment of its life, by turns with and without an interruption. */
  static void cancelled(FaultLab lab, int times) throws Exception {
    Random random = new Random(1);
    for (int i = 0; i < times; i++) {
      boolean interrupting = i % 2 == 0;
      String group = "cancelled-" + i;
      lab.context().setJobGroup(group, "to be cancelled", interrupting);
      JavaFutureAction<List<String>> job = lab.start(SLOW, 4);
      TimeUnit.MILLISECONDS.sleep(random.nextInt(2_000));
      lab.context().cancelJobGroup(group);
      lab.injected(1);
      lab.requireOutcome(job, FaultLab.records(4));
      lab.context().clearJobGroup();
    }
  }

  /** Somebody removes a container that runs. */
  static void containerRemoved(FaultLab lab, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      JavaFutureAction<List<String>> job =
          lab.start(Tool.pipe(IMAGE).shell("read record; sleep 2; echo $record"), 2);
      lab.awaitContainers(1);
      lab.node().remove(lab.containers().get(0));
      lab.injected(1);
      lab.requireOutcome(job, FaultLab.records(2));
    }
  }

  /** The kernel kills a tool that takes more memory than it has. */
  static void outOfMemory(FaultLab lab, int times) throws Exception {
    Tool<String, String> greedy =
        Tool.pipe(IMAGE).command("awk", "BEGIN {s = \"x\"; while (1) s = s s}").memory(16L << 20);
    for (int i = 0; i < times; i++) {
      lab.injected(1);
      lab.judgeFailure(lab.start(greedy, 2), "memory");
    }
  }

  /** The disk of the exchanges is full, by turns for lofn that writes and for the tool. */
  static void diskFull(FaultLab lab, int times) throws Exception {
    Tool<String, String> writes =
        Tool.lines(IMAGE).shell("head -c 100000000 /dev/zero > /shared/output.txt");
    Tool<String, String> reads =
        Tool.lines(IMAGE)
            .<String>input(
                (records, run) -> {
                  try (OutputStream out = Files.newOutputStream(run.file("big"))) {
                    for (int i = 0; i < 100; i++) {
                      out.write(new byte[1 << 20]);
                    }
                  }
                })
            .shell("cat /shared/big > /shared/output.txt");
    for (int i = 0; i < times; i++) {
      lab.injected(1);
      lab.judgeFailure(lab.start(i % 2 == 0 ? writes : reads, 2), "spark.lofn.tmp.dir");
    }
  }

  /** Somebody removes an image while a job runs that needs it. */
  static Fault imageRemoved(TestEngine engine) {
    return (lab, times) -> removeImages(engine, lab, times);
  }

  private static void removeImages(TestEngine engine, FaultLab lab, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      String image = importImage(engine, i);
      Tool<String, String> tool =
          Tool.pipe(image)
              .<String>input(ToolFaults::writeSlowly)
              .command("cat", "/shared/input.txt")
              .pullPolicy(PullPolicy.NEVER);
      JavaFutureAction<List<String>> job = lab.start(tool, 8);
      lab.awaitContainers(1);
      if (removed(engine, image, job)) {
        lab.injected(1);
      }
      lab.requireOutcome(job, FaultLab.records(8));
    }
  }

  /** So that there is a while without any container. */
  private static void writeSlowly(Iterator<String> records, RunInput run) throws IOException {
    try {
      TimeUnit.SECONDS.sleep(1);
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
    Files.writeString(run.file("input.txt"), records.next() + "\n");
  }

  /** An image with an id of its own, so that no other tag keeps its bytes. */
  private static String importImage(TestEngine engine, int number) {
    String name = "localhost/lofn-it/removed:" + number;
    String shell = String.join(" ", engine.command());
    Engines.run(
        "sh",
        "-c",
        "id=$(%1$s create busybox:1) && %1$s export $id | %1$s import - %2$s; %1$s rm $id"
            .formatted(shell, name));
    return name;
  }

  /** Removes an image as soon as the engine lets it go: not while a container uses it. */
  private static boolean removed(TestEngine engine, String image, JavaFutureAction<?> job)
      throws InterruptedException {
    do {
      try {
        remove(engine, image);
        return !job.isDone();
      } catch (AssertionError inUse) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
    } while (!job.isDone());
    remove(engine, image);
    return false;
  }

  private static void remove(TestEngine engine, String image) {
    Engines.exclusivelyOnImages(engine.runtime(), "rmi", image);
  }
}
