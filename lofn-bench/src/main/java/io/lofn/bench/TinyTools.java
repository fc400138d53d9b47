package io.lofn.bench;

import io.lofn.api.Tool;
import io.lofn.spark.Lofn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.jspecify.annotations.Nullable;

/** Ways to send tiny partitions through {@code cat}, which must return them unchanged. */
final class TinyTools {

  /** The command to which Spark pipes a partition. */
  static final String DOCKER_RUN = "docker run -i --rm --network none busybox:1 cat";

  private final Lab lab;
  private final int count;
  private final JavaRDD<String> data;

  TinyTools(Lab lab, int count) {
    this.lab = lab;
    this.count = count;
    this.data = lab.numbers(count);
  }

  /** The same job without any tool. */
  void noTool() {
    check(data.map(String::strip));
  }

  /** The same job without a container: Spark starts the tool. */
  void sparkPipe() {
    check(data.pipe("cat"));
  }

  void lofn(String runtime, boolean reuse) {
    Lofn lofn = lab.lofn(runtime);
    check(lofn.map(data, Tool.pipe(Lab.IMAGE).command("cat").reuseContainer(reuse)));
    lab.phases(runtime).round(count);
  }

  /** The same job with Spark's {@code pipe} and a container. */
  void sparkPipeToDocker() {
    check(data.pipe(DOCKER_RUN));
  }

  /**
   * The same job as in lofn for Python: a file, a shell, a container for it, and all of the output
   * at once.
   */
  void predecessor() {
    check(
        data.mapPartitions(
            records -> {
              Path directory = Files.createTempDirectory("lofn-bench");
              try {
                return throughFiles(directory, records);
              } finally {
                deleteAll(directory);
              }
            }));
  }

  private static Iterator<String> throughFiles(Path directory, Iterator<String> records)
      throws IOException, InterruptedException {
    Iterable<String> lines = () -> records;
    Files.write(directory.resolve("input.txt"), lines);
    Shell.output(
        "docker run --rm --network none -v %s:/shared %s sh -c '%s'"
            .formatted(directory, Lab.IMAGE, "cat /shared/input.txt > /shared/output.txt"));
    return Files.readAllLines(directory.resolve("output.txt")).iterator();
  }

  private static void deleteAll(Path directory) throws IOException {
    for (String file : List.of("input.txt", "output.txt", "")) {
      Files.deleteIfExists(directory.resolve(file));
    }
  }

  /** Without Spark: as many containers at a time as there are slots. */
  void dockerRun(String options) throws IOException, InterruptedException {
    String output =
        Shell.output(
            "seq 0 %d | xargs -P %d -I N sh -c 'echo N | docker run -i --rm %s %s cat'"
                .formatted(count - 1, lab.slots(), options, Lab.IMAGE));
    check(output.lines().sorted(TinyTools::byNumber).toList());
  }

  private static int byNumber(String one, String other) {
    return Integer.compare(Integer.parseInt(one), Integer.parseInt(other));
  }

  void floor(Floor floor) throws InterruptedException, ExecutionException {
    floor(floor, lab.slots());
  }

  /** The bare calls of an engine's API, with this many persistent connections. */
  void floor(Floor floor, int connections) throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(connections);
    try {
      List<Callable<Void>> tasks =
          IntStream.range(0, connections)
              .mapToObj(first -> (Callable<Void>) () -> floor(floor, first, connections))
              .toList();
      for (Future<Void> done : threads.invokeAll(tasks)) {
        done.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private @Nullable Void floor(Floor floor, int first, int step) throws IOException {
    try (RawHttp connection = floor.connect()) {
      for (int number = first; number < count; number += step) {
        Lab.check("floor", floor.run(connection, number + "\n"), number + "\n");
      }
    }
    return null;
  }

  private void check(JavaRDD<String> result) {
    check(result.collect());
  }

  private void check(List<String> result) {
    Lab.check("records", result, IntStream.range(0, count).mapToObj(Integer::toString).toList());
  }
}
