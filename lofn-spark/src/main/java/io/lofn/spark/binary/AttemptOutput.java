package io.lofn.spark.binary;

import io.lofn.api.BinaryFile;
import io.lofn.api.LofnException;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.task.CancellableStream;
import io.lofn.core.task.TaskScope;
import io.lofn.files.FullDisk;
import io.lofn.spi.OutputStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Iterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * The output of one attempt at a partition, under a name of its own that readers pass over. The
 * driver gives it its lasting name if Spark takes the attempt; an attempt that fails, or ends when
 * the job is over, deletes it.
 */
final class AttemptOutput {

  /** Begins the names of outputs that are not committed. */
  static final String PREFIX = "_attempt-";

  /** The file that a directory holds as long as attempts may write there. */
  static final String OPEN_MARK = "_open";

  private static final Logger LOG = LoggerFactory.getLogger(AttemptOutput.class);

  private final OutputStore store;
  private final String directory;
  private final String name;
  private final TaskScope task;
  private boolean complete;

  AttemptOutput(OutputStore store, String directory, TaskScope task) {
    this.store = store;
    this.directory = directory;
    this.task = task;
    this.name = "%s%05d-%d".formatted(PREFIX, task.identity().partition(), task.identity().task());
  }

  /**
   * Writes the files.
   *
   * @param part the lasting name, without a suffix
   * @return the name that the output has and the one it is to get; both empty if there is no file
   */
  Tuple2<String, String> write(Iterator<BinaryFile> files, String part) throws IOException {
    task.onCompletion(this::deleteUnlessComplete);
    requireOpen();
    boolean whole = false;
    int count = 0;
    for (; files.hasNext(); count++) {
      BinaryFile file = files.next();
      if (count > 0 && (whole || file.name().isEmpty())) {
        throw new LofnException(
            "The output of a run is one file without a name, or files with names, not both");
      }
      whole = file.name().isEmpty();
      copy(file, whole ? location() : location() + "/" + file.name());
    }
    requireOpen();
    complete = true;
    return count == 0 ? new Tuple2<>("", "") : new Tuple2<>(name, whole ? part + ".bin" : part);
  }

  private void copy(BinaryFile file, String location) throws IOException {
    try (InputStream in = new CancellableStream(file.open(), task);
        OutputStream out = store.create(location)) {
      in.transferTo(out);
    } catch (IOException e) {
      if (FullDisk.isMeantBy(e)) {
        throw new LofnException(
            "The output %s of %s could not be written: the disk of %s is full (%s). Free disk space there, or set %s to a directory on a larger disk"
                .formatted(
                    file, task.identity(), directory, e.getMessage(), LofnConfig.OUTPUT_DIR.name()),
            e);
      }
      throw e;
    }
  }

  /**
   * The driver takes the mark away before it looks for what is left, so of an attempt that it does
   * not see, the attempt sees that it comes too late.
   */
  private void requireOpen() throws IOException {
    if (!isOpen()) {
      throw new LofnException(
          "The job that %s belongs to is over, or %s is not one directory for all nodes; set %s to one that is"
              .formatted(task.identity(), directory, LofnConfig.OUTPUT_DIR.name()));
    }
  }

  private boolean isOpen() throws IOException {
    return store.exists(directory + "/" + OPEN_MARK);
  }

  private void deleteUnlessComplete() {
    if (complete) {
      return;
    }
    try {
      store.delete(location());
      if (!isOpen() && store.list(directory).isEmpty()) {
        store.delete(directory);
      }
    } catch (IOException e) {
      LOG.warn("Cannot delete {}, the output of an attempt that failed", location(), e);
    }
  }

  private String location() {
    return directory + "/" + name;
  }
}
