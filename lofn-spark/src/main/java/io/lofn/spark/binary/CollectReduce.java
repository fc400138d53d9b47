package io.lofn.spark.binary;

import io.lofn.api.BinaryFile;
import io.lofn.api.LofnException;
import io.lofn.core.config.LofnConfig;
import io.lofn.core.storage.OutputStores;
import io.lofn.files.FileTree;
import io.lofn.files.Writers;
import io.lofn.spark.executor.HadoopConfigurations;
import io.lofn.spark.executor.ToolCall;
import io.lofn.spark.reduce.AdjacentPartitioner;
import io.lofn.spark.reduce.PositionedIterator;
import io.lofn.spi.OutputStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Streams all partitions through one run of a tool, on an executor, and puts what it made at a
 * path. The driver moves it there, and holds no more of it than a buffer.
 */
public final class CollectReduce<T> {

  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*");

  private final JavaSparkContext spark;
  private final LofnConfig conf;
  private final ToolCall<T, BinaryFile> call;

  public CollectReduce(JavaSparkContext spark, LofnConfig conf, ToolCall<T, BinaryFile> call) {
    this.spark = spark;
    this.conf = conf;
    this.call = call;
  }

  public void reduce(JavaRDD<T> rdd, String path) {
    try {
      if (SCHEME.matcher(path).matches()) {
        toStore(rdd, path);
      } else {
        toDriver(rdd, Path.of(path));
      }
    } catch (IOException e) {
      throw new LofnException("Cannot put the output at " + path + ": " + e, e);
    }
  }

  private void toStore(JavaRDD<T> rdd, String path) throws IOException {
    OutputStore store = OutputStores.discover().store(HadoopConfigurations.propertiesOf(spark));
    String target = store.locate(path);
    if (store.exists(target)) {
      throw exists(path);
    }
    String parent = OutputDirectory.parentOf(target);
    // Next to the target, so that a rename is all that is left to do.
    try (OutputDirectory output = run(rdd, OutputDirectory.create(spark, conf, parent, "_lofn-"))) {
      store.rename(output.location(onlyPart(output)), target);
    }
  }

  private void toDriver(JavaRDD<T> rdd, Path target) throws IOException {
    if (!target.isAbsolute()) {
      throw new LofnException(
          "A path of the driver is absolute, and any other starts with a scheme: " + target);
    }
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw exists(target.toString());
    }
    if (!Files.isDirectory(target.resolveSibling("."))) {
      throw new LofnException("There is no directory " + target.getParent() + " on the driver");
    }
    String parent = conf.get(LofnConfig.OUTPUT_DIR);
    try (OutputDirectory output = run(rdd, OutputDirectory.create(spark, conf, parent, ""))) {
      copyToDriver(output, target);
    }
  }

  private void copyToDriver(OutputDirectory output, Path target) throws IOException {
    String part = onlyPart(output);
    Path incomplete =
        target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".incomplete");
    try {
      for (BinaryFile file : output.files()) {
        String below = file.name().substring(part.length());
        Path copy = below.isEmpty() ? incomplete : incomplete.resolve(below.substring(1));
        Files.createDirectories(copy.getParent());
        try (InputStream in = file.open()) {
          Files.copy(in, copy);
        }
      }
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        throw exists(target.toString());
      }
      Files.move(incomplete, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      FileTree.delete(incomplete, Writers.GONE);
    }
  }

  private OutputDirectory run(JavaRDD<T> rdd, OutputDirectory directory) {
    ToolCall<T, BinaryFile> tool = call;
    return directory.fill(inOnePartition(rdd), (records, files) -> tool.call(records));
  }

  /** All records in their order, by the sorted shuffle of a reduce with but one group. */
  private static <T> JavaRDD<T> inOnePartition(JavaRDD<T> rdd) {
    int width = rdd.getNumPartitions();
    if (width == 1) {
      return rdd;
    }
    int atLeastOne = Math.max(1, width);
    return JavaPairRDD.fromJavaRDD(
            rdd.mapPartitionsWithIndex(
                (partition, records) -> new PositionedIterator<>(partition, records), false))
        .repartitionAndSortWithinPartitions(new AdjacentPartitioner(atLeastOne, atLeastOne))
        .values()
        .setName("lofn collectReduce");
  }

  private static String onlyPart(OutputDirectory output) {
    List<BinaryFile> files = output.files();
    Iterator<String> parts = files.stream().map(CollectReduce::partOf).distinct().iterator();
    if (!parts.hasNext()) {
      throw new LofnException(
          "There is no output: the tool gave no file, or was not run because there are no records"
              + " and empty partitions are skipped");
    }
    return parts.next();
  }

  private static String partOf(BinaryFile file) {
    int slash = file.name().indexOf('/');
    return slash < 0 ? file.name() : file.name().substring(0, slash);
  }

  private static LofnException exists(String target) {
    return new LofnException("The target " + target + " exists already");
  }
}
