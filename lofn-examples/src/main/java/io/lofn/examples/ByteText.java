package io.lofn.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.lofn.api.Lines;
import io.lofn.api.LofnException;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * Text files byte for byte: a record is a line, and a char of it is a byte. Spark's own text input
 * drops byte order marks, replaces what is no UTF-8, and takes some file names for patterns.
 */
final class ByteText {

  /** How lines go to a tool and come back as the bytes they are. */
  static final Lines LINES = Lines.text().charset(ISO_8859_1);

  private ByteText() {}

  /** The lines of a file, in partitions of about the same size. */
  static JavaRDD<String> lines(JavaSparkContext spark, String name, int partitions) {
    SerializableConfiguration conf = new SerializableConfiguration(spark.hadoopConfiguration());
    Path file = new Path(name);
    List<Tuple2<Long, Long>> ranges = ranges(lengthOf(file, conf.value()), partitions);
    return spark
        .parallelize(ranges, ranges.size())
        .flatMap(
            range -> new LineRange(fileSystem(file, conf.value()).open(file), range._1, range._2));
  }

  private static long lengthOf(Path file, Configuration conf) {
    try {
      FileSystem files = fileSystem(file, conf);
      FileStatus status = files.getFileStatus(file);
      if (status.isDirectory()) {
        throw new LofnException("Cannot read " + file + ": it is a directory");
      }
      files.open(file).close();
      return status.getLen();
    } catch (IOException e) {
      throw new LofnException("Cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** The last range has no end, since the length of some files is not known. */
  private static List<Tuple2<Long, Long>> ranges(long length, int partitions) {
    long step = Math.max(1, (length + partitions - 1) / partitions);
    List<Tuple2<Long, Long>> ranges = new ArrayList<>();
    for (long start = 0; start == 0 || start < length; start += step) {
      long end = start + step < length ? start + step : Long.MAX_VALUE;
      ranges.add(new Tuple2<>(start, end));
    }
    return ranges;
  }

  /** Writes lines of one partition to a file, which appears or is replaced when it is complete. */
  static void save(JavaRDD<String> lines, String name) {
    SerializableConfiguration conf =
        new SerializableConfiguration(lines.context().hadoopConfiguration());
    Path file = new Path(name);
    requireNoDirectory(file, conf.value());
    lines.foreachPartition(records -> write(records, fileSystem(file, conf.value()), file));
  }

  private static void requireNoDirectory(Path file, Configuration conf) {
    try {
      FileSystem files = fileSystem(file, conf);
      if (files.exists(file) && files.getFileStatus(file).isDirectory()) {
        throw new LofnException("Cannot write " + file + ": it is a directory");
      }
    } catch (IOException e) {
      throw new LofnException("Cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  private static void write(Iterator<String> lines, FileSystem files, Path file)
      throws IOException {
    Path unfinished = file.suffix("." + UUID.randomUUID());
    try {
      try (Writer out = new OutputStreamWriter(files.create(unfinished), ISO_8859_1)) {
        while (lines.hasNext()) {
          out.write(lines.next());
          out.write('\n');
        }
      }
      // Local file systems replace a file that is there, HDFS refuses.
      if (!files.rename(unfinished, file)
          && !(files.delete(file, false) && files.rename(unfinished, file))) {
        throw new IOException("Cannot rename " + unfinished + " to " + file);
      }
    } finally {
      files.delete(unfinished, false);
    }
  }

  /** Without the checksum files that Hadoop keeps next to local files. */
  private static FileSystem fileSystem(Path file, Configuration conf) throws IOException {
    FileSystem files = file.getFileSystem(conf);
    return files instanceof LocalFileSystem local ? local.getRawFileSystem() : files;
  }
}
