package io.lofn.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.lofn.api.Lines;
import io.lofn.api.LofnException;
import io.lofn.api.PartitionWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Text files byte for byte: a char of a record is a byte. Spark's text input removes byte order
 * marks, replaces bytes that are not UTF-8, keeps whole lines in memory, and reads some file names
 * as patterns.
 */
final class ByteText {

  /** Lines with unchanged bytes, and a line feed after each. */
  static final Lines LINES = Lines.text().charset(ISO_8859_1);

  /** Writes records to standard input with unchanged bytes, and nothing in between. */
  static final PartitionWriter<String> TO_STDIN =
      PartitionWriter.stdin(
          (records, stdin) -> {
            while (records.hasNext()) {
              stdin.write(records.next().getBytes(ISO_8859_1));
            }
          });

  private static final long SMALLEST = 1 << 14;
  private static final long LARGEST = 1 << 25;

  private ByteText() {}

  /**
   * Reads a file in partitions of about the same size, each of which ends after a separator. The
   * records are pieces of the file with arbitrary borders: together they are its bytes.
   */
  static JavaRDD<String> pieces(
      JavaSparkContext spark, String name, String separators, @Nullable Integer partitions) {
    SerializableConfiguration conf = new SerializableConfiguration(spark.hadoopConfiguration());
    Path file = new Path(name);
    List<Tuple2<Long, Long>> ranges;
    try (FSDataInputStream in = open(file, conf.value())) {
      long length = fileSystem(file, conf.value()).getFileStatus(file).getLen();
      ranges =
          ranges(
              in, length, separators, partitions == null ? partitions(spark, length) : partitions);
    } catch (IOException e) {
      throw new LofnException("Could not read " + file + ": " + e.getMessage(), e);
    }
    return spark
        .parallelize(ranges, ranges.size())
        .flatMap(range -> new Pieces(open(file, conf.value()), range._1, range._2));
  }

  private static int partitions(JavaSparkContext spark, long length) {
    long most = 1 + length / SMALLEST;
    long least = 1 + length / LARGEST;
    return (int) Math.max(least, Math.min(most, spark.defaultParallelism()));
  }

  private static List<Tuple2<Long, Long>> ranges(
      FSDataInputStream in, long length, String separators, int partitions) throws IOException {
    List<Tuple2<Long, Long>> ranges = new ArrayList<>();
    long start = 0;
    for (int i = 1; i < partitions && start < length; i++) {
      long end = skipTo(separators, in, Math.max(start, length / partitions * i));
      ranges.add(new Tuple2<>(start, end));
      start = end;
    }
    // The last one has no end: a file may be longer than its reported length.
    ranges.add(new Tuple2<>(start, Long.MAX_VALUE));
    return ranges;
  }

  private static long skipTo(String separators, FSDataInputStream in, long from)
      throws IOException {
    in.seek(from);
    int b = in.read();
    while (b >= 0 && separators.indexOf(b) < 0) {
      b = in.read();
    }
    return in.getPos();
  }

  /** Writes lines of one partition to a file, which appears or is replaced when it is complete. */
  static void save(JavaRDD<String> lines, String name) {
    SerializableConfiguration conf =
        new SerializableConfiguration(lines.context().hadoopConfiguration());
    Path file = new Path(name);
    requireNoDirectory(file, conf.value());
    lines.foreachPartition(records -> write(records, file, conf.value()));
  }

  private static void requireNoDirectory(Path file, Configuration conf) {
    try {
      FileSystem files = fileSystem(file, conf);
      if (files.exists(file) && files.getFileStatus(file).isDirectory()) {
        throw new LofnException("Could not write " + file + ": it is a directory");
      }
    } catch (IOException e) {
      throw new LofnException("Could not write " + file + ": " + e.getMessage(), e);
    }
  }

  private static void write(Iterator<String> lines, Path file, Configuration conf) {
    Path unfinished = file.suffix("." + UUID.randomUUID());
    try {
      FileSystem files = fileSystem(file, conf);
      try (Writer out = new OutputStreamWriter(files.create(unfinished), ISO_8859_1)) {
        while (lines.hasNext()) {
          out.write(lines.next());
          out.write('\n');
        }
        out.close();
        replace(files, file, unfinished);
      } finally {
        files.delete(unfinished, false);
      }
    } catch (IOException e) {
      throw new LofnException("Could not write " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Replaces a file: the rename of local file systems replaces an existing file, that of HDFS
   * fails.
   */
  private static void replace(FileSystem files, Path file, Path with) throws IOException {
    if (!files.rename(with, file) && !(files.delete(file, false) && files.rename(with, file))) {
      throw new IOException("it could not be replaced by " + with);
    }
  }

  private static FSDataInputStream open(Path file, Configuration conf) throws IOException {
    return fileSystem(file, conf).open(file);
  }

  /** Returns the file system; a local one without the checksum files that Hadoop writes. */
  static FileSystem fileSystem(Path file, Configuration conf) throws IOException {
    FileSystem files = file.getFileSystem(conf);
    return files instanceof LocalFileSystem local ? local.getRawFileSystem() : files;
  }
}
