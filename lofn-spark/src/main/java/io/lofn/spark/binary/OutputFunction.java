package io.lofn.spark.binary;

import io.lofn.api.BinaryFile;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.storage.OutputStores;
import io.lofn.core.task.TaskScope;
import io.lofn.spark.executor.ExecutorInjector;
import io.lofn.spark.executor.ExecutorInjector.Lease;
import io.lofn.spark.executor.SparkTaskScope;
import io.lofn.spi.OutputStore;
import java.io.IOException;
import java.io.Serializable;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.apache.spark.api.java.function.Function2;
import scala.Tuple2;

/** Writes what comes of each partition into a directory; one result for each attempt. */
final class OutputFunction<I>
    implements Function2<Integer, Iterator<I>, Iterator<Tuple2<String, String>>> {

  private static final long serialVersionUID = 1L;

  private final Source<I> source;
  private final String directory;
  private final int partitions;
  private final HashMap<String, String> conf;
  private final HashMap<String, String> hadoop;

  OutputFunction(
      Source<I> source,
      String directory,
      int partitions,
      LofnConfig conf,
      Map<String, String> hadoop) {
    this.source = source;
    this.directory = directory;
    this.partitions = partitions;
    this.conf = new HashMap<>(conf.entries());
    this.hadoop = new HashMap<>(hadoop);
  }

  /** Makes files of the records of a partition. */
  public interface Source<I> extends Serializable {

    /**
     * Makes them.
     *
     * @param files opens the files of earlier outputs
     */
    Iterator<BinaryFile> files(Iterator<I> records, StoredFiles files) throws IOException;
  }

  @Override
  public Iterator<Tuple2<String, String>> call(Integer partition, Iterator<I> records)
      throws IOException {
    TaskScope task = SparkTaskScope.current();
    OutputStore store;
    try (Lease lofn = ExecutorInjector.ofExecutor(conf)) {
      store = lofn.get(OutputStores.class).store(hadoop);
    }
    Iterator<BinaryFile> files = source.files(records, new StoredFiles(store, task));
    Tuple2<String, String> written =
        new AttemptOutput(store, directory, task).write(files, partName(partition));
    return Collections.singleton(written).iterator();
  }

  /** A name whose order is that of the partitions. */
  private String partName(int partition) {
    String number = Integer.toString(partition);
    int width = Math.max(5, Integer.toString(partitions - 1).length());
    return "part-" + "0".repeat(width - number.length()) + number;
  }
}
