package io.lofn.spark.binary;

import io.lofn.api.BinaryFile;
import io.lofn.api.LofnException;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.storage.OutputStores;
import io.lofn.spark.executor.ApplicationEnd;
import io.lofn.spark.executor.HadoopConfigurations;
import io.lofn.spi.OutputStore;
import io.lofn.spi.StoredPath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * A fresh directory on the job's file system that one job fills, in the hands of the driver. It
 * lives until it is deleted or the application ends. Thread-safe.
 */
public final class OutputDirectory implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(OutputDirectory.class);

  private final JavaSparkContext spark;
  private final LofnConfig conf;
  private final Map<String, String> hadoop;
  private final OutputStore store;
  private final String path;
  private final ApplicationEnd end;

  /** From when on nobody may read it, for it may have lost a part. */
  private volatile boolean closed;

  /** What has become of it if it is closed. */
  private volatile String gone = "are closed";

  /** Guarded by this. */
  private boolean deleted;

  private OutputDirectory(JavaSparkContext spark, LofnConfig conf, String parent, String prefix) {
    this.spark = spark;
    this.conf = conf;
    this.hadoop = HadoopConfigurations.propertiesOf(spark);
    this.store = OutputStores.discover().store(hadoop);
    this.end = new ApplicationEnd("delete " + parent + "/" + prefix, this::close);
    String application = spark.sc().applicationId().replaceAll("[^A-Za-z0-9]+", "-");
    try {
      this.path = below(store.locate(parent), prefix + application + "-" + UUID.randomUUID());
    } catch (IOException e) {
      throw new LofnException("Cannot find " + parent + " for binary outputs: " + e, e);
    }
  }

  /**
   * Makes a directory in a parent.
   *
   * @param prefix what its name starts with; {@code _} hides it from readers of the parent
   */
  public static OutputDirectory create(
      JavaSparkContext spark, LofnConfig conf, String parent, String prefix) {
    OutputDirectory directory = new OutputDirectory(spark, conf, parent, prefix);
    spark.sc().addSparkListener(directory.end);
    boolean made = false;
    try {
      directory.store.create(directory.mark()).close();
      made = true;
    } catch (IOException e) {
      throw new LofnException(
          "Cannot make the directory %s for binary outputs: %s; set %s to one that can be written"
              .formatted(directory, e, LofnConfig.OUTPUT_DIR.name()),
          e);
    } finally {
      if (!made) {
        directory.discard();
      }
    }
    return directory;
  }

  /** Runs a job that writes an output for each partition, and commits them; or deletes all. */
  public <I> OutputDirectory fill(JavaRDD<I> rdd, OutputFunction.Source<I> source) {
    boolean filled = false;
    try {
      OutputFunction<I> function =
          new OutputFunction<>(source, path, rdd.getNumPartitions(), conf, hadoop);
      List<Tuple2<String, String>> attempts =
          rdd.mapPartitionsWithIndex(function, false)
              .filter(written -> !written._1.isEmpty())
              .collect();
      commit(attempts);
      filled = true;
      return this;
    } catch (IOException e) {
      throw new LofnException("Cannot commit the outputs in " + path + ": " + e, e);
    } finally {
      if (!filled) {
        discard();
      }
    }
  }

  /**
   * Gives the attempts that Spark has taken, one for each partition, their lasting names. Only the
   * driver does: two attempts at a partition that both end well would else both commit.
   */
  private void commit(List<Tuple2<String, String>> attempts) throws IOException {
    for (Tuple2<String, String> attempt : attempts) {
      String from = path + "/" + attempt._1;
      if (!store.exists(from)) {
        throw new LofnException(
            "A node has written %s, and the driver does not find it: set %s to a directory that all nodes see"
                .formatted(from, LofnConfig.OUTPUT_DIR.name()));
      }
      store.rename(from, path + "/" + attempt._2);
    }
    store.delete(mark());
    Set<String> committed = new TreeSet<>();
    for (StoredPath left : store.list(path)) {
      if (left.name().startsWith(AttemptOutput.PREFIX)) {
        store.delete(path + "/" + left.name());
      } else {
        committed.add(left.name());
      }
    }
    Set<String> expected =
        attempts.stream().map(attempt -> attempt._2).collect(Collectors.toCollection(TreeSet::new));
    if (!committed.equals(expected)) {
      throw new LofnException("%s holds %s and not %s".formatted(path, committed, expected));
    }
  }

  /** Deletes it after a failure, which is the one to be told. */
  void discard() {
    try {
      close();
    } catch (RuntimeException e) {
      LOG.warn("A job failed and leaves {}", path, e);
    }
  }

  /**
   * Deletes the directory with all in it. Idempotent; what fails is done by the next call, or else
   * at the end of the application.
   */
  @Override
  public synchronized void close() {
    closed = true;
    if (deleted) {
      return;
    }
    try {
      store.delete(mark());
      store.delete(path);
    } catch (IOException e) {
      throw new LofnException("Cannot delete the binary outputs in " + path + ": " + e, e);
    }
    deleted = true;
    spark.sc().removeSparkListener(end);
  }

  /** The files, in the order of partitions and names; their names are relative to it. */
  public List<BinaryFile> files() {
    return entries().stream()
        .map(entry -> BinaryFile.of(entry.name(), () -> store.open(location(entry.name()))))
        .toList();
  }

  /**
   * The files that were committed.
   *
   * @throws LofnException if it is closed, or cannot be read
   */
  public List<StoredPath> entries() {
    requireOpen();
    List<StoredPath> entries = new ArrayList<>();
    try {
      collect("", entries);
    } catch (IOException e) {
      throw new LofnException("Cannot list the binary outputs in " + path + ": " + e, e);
    }
    return entries;
  }

  private void collect(String below, List<StoredPath> entries) throws IOException {
    for (StoredPath child : store.list(path + "/" + below)) {
      String name = below + child.name();
      if (child.isDirectory()) {
        collect(name + "/", entries);
      } else {
        entries.add(new StoredPath(name, false, child.length()));
      }
    }
  }

  /**
   * Gives it another place, where it stays: nobody deletes it any more.
   *
   * @param name the new name of what it holds for a partition, by the one that it has
   * @return where it is now
   */
  public synchronized String moveTo(String target, UnaryOperator<String> name) {
    return move(
        target,
        move -> {
          move.rename(name);
          move.directory();
          deleted = true;
          spark.sc().removeSparkListener(end);
        });
  }

  /**
   * Gives its only file another place, where it stays.
   *
   * @return where it is now
   */
  public synchronized String moveFileTo(String target) {
    return move(target, move -> move.onlyFile(entries()));
  }

  private String move(String target, OutputMove.Step step) {
    requireOpen();
    String location;
    try {
      location = store.locate(target);
      step.take(new OutputMove(store, path, location));
    } catch (IOException e) {
      throw new LofnException(
          "Cannot move the binary outputs in %s to %s: %s".formatted(path, target, e), e);
    }
    gone = "were moved to " + location;
    try {
      close();
    } catch (RuntimeException e) {
      LOG.warn(
          "The outputs are at {}, and the end of the application deletes {}", location, path, e);
    }
    return location;
  }

  private void requireOpen() {
    if (closed) {
      throw new LofnException("The binary outputs in " + path + " " + gone);
    }
  }

  /** Where a file of it is. */
  public String location(String name) {
    return path + "/" + name;
  }

  private String mark() {
    return path + "/" + AttemptOutput.OPEN_MARK;
  }

  public String path() {
    return path;
  }

  public String parent() {
    return parentOf(path);
  }

  /** A name in a directory, which may be the root of its file system. */
  static String below(String directory, String name) {
    return directory.endsWith("/") ? directory + name : directory + "/" + name;
  }

  /** The directory of a location, to be located: that of {@code s3a://bucket/x} needs its slash. */
  static String parentOf(String location) {
    return location.substring(0, location.lastIndexOf('/') + 1);
  }

  public OutputStore store() {
    return store;
  }

  public JavaSparkContext spark() {
    return spark;
  }

  @Override
  public String toString() {
    return path;
  }
}
