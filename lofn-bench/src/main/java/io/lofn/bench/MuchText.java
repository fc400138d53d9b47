package io.lofn.bench;

import io.lofn.api.Tool;
import io.lofn.spark.Lofn;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;

/**
 * Passes lines in four partitions through a tool that copies them: in files, or in its standard
 * streams.
 */
final class MuchText {

  private static final int PARTITIONS = 4;
  private static final long MEBIBYTE = 1L << 20;

  private final Lab lab;
  private final long lines;
  private final JavaRDD<String> data;

  MuchText(Lab lab) {
    this.lab = lab;
    this.lines = lab.sizes().mebibytes * MEBIBYTE / Text.LINE / PARTITIONS * PARTITIONS;
    this.data = Text.lines(lab, lines, PARTITIONS);
  }

  /** Moves the same bytes through the same file, without a container or a tool. */
  void plainFile() {
    Text.check(data.mapPartitions(MuchText::throughFile), lines);
  }

  private static Iterator<String> throughFile(Iterator<String> records) throws IOException {
    Path file = Files.createTempFile("lofn-bench", ".txt");
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      while (records.hasNext()) {
        out.write(records.next());
        out.write('\n');
      }
    }
    BufferedReader in = Files.newBufferedReader(file);
    TaskContext.get()
        .addTaskCompletionListener(
            context -> {
              try (in) {
                Files.delete(file);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    return in.lines().iterator();
  }

  void files(String runtime) {
    files(lab.lofn(runtime));
  }

  void filesInMemory(String runtime) {
    files(lab.lofnInMemory(runtime));
  }

  private void files(Lofn lofn) {
    Tool<String, String> tool =
        Tool.lines(Lab.IMAGE).command("cp", "/shared/input.txt", "/shared/output.txt");
    Text.check(lofn.map(data, tool), lines);
  }

  void pipes(String runtime, boolean reuse) {
    Tool<String, String> tool = Tool.pipe(Lab.IMAGE).command("cat").reuseContainer(reuse);
    Text.check(lab.lofn(runtime).map(data, tool), lines);
  }

  void sparkPipe() {
    Text.check(data.pipe("cat"), lines);
  }

  void sparkPipeToDocker() {
    Text.check(data.pipe(TinyTools.DOCKER_RUN), lines);
  }
}
