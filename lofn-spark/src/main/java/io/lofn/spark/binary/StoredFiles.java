package io.lofn.spark.binary;

import io.lofn.api.BinaryFile;
import io.lofn.core.task.CancellableStream;
import io.lofn.core.task.TaskScope;
import io.lofn.spi.OutputStore;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import scala.Tuple2;

/** Files of a store as a task reads them. */
public final class StoredFiles {

  private final OutputStore store;
  private final TaskScope task;

  StoredFiles(OutputStore store, TaskScope task) {
    this.store = store;
    this.task = task;
  }

  /**
   * Files as the input of a run.
   *
   * @param named name and location of each
   */
  Iterator<BinaryFile> open(List<Tuple2<String, String>> named) {
    List<BinaryFile> files = new ArrayList<>();
    named.forEach(file -> files.add(BinaryFile.of(lastPart(file._1), () -> stream(file._2))));
    return files.iterator();
  }

  /** A file as the output of a run, unchanged. */
  Iterator<BinaryFile> copy(Tuple2<String, String> file) {
    return List.of(BinaryFile.whole(() -> stream(file._2))).iterator();
  }

  private CancellableStream stream(String location) throws java.io.IOException {
    return new CancellableStream(store.open(location), task);
  }

  private static String lastPart(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }
}
