package io.lofn.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.lofn.api.LofnException;
import java.io.IOException;
import java.util.Iterator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/** Paired reads: two FASTQ files, joined by the reads' ids. A char of a record is a byte. */
final class ReadPairs {

  private final JavaSparkContext spark;
  private final String firstFile;
  private final String secondFile;

  /** Reads files by name or pattern, plain or compressed. */
  ReadPairs(JavaSparkContext spark, String firstFile, String secondFile) {
    this.spark = spark;
    this.firstFile = firstFile;
    this.secondFile = secondFile;
  }

  /**
   * Returns the pairs in the order of the first file, in parts of the same size. The files are not
   * kept in memory; the first one is read once more, to count its reads.
   *
   * @param partitions the number of parts; null means one for each core, but at least as many as
   *     the first file has
   * @throws LofnException if a file is missing or empty
   */
  JavaRDD<Tuple2<String, String>> inOrder(@Nullable Integer partitions) {
    JavaRDD<String> first = records(firstFile);
    JavaRDD<String> second = records(secondFile);
    long reads = first.count();
    if (reads == 0) {
      throw new LofnException("There are no reads in " + firstFile);
    }
    int wanted =
        partitions == null
            ? Math.max(first.getNumPartitions(), spark.defaultParallelism())
            : partitions;
    int parts = (int) Math.min(wanted, reads);
    return join(first, second, parts)
        .repartitionAndSortWithinPartitions(new EvenPartitioner(reads, parts))
        .values();
  }

  /** Returns the pairs by the position of the first read in its file. */
  private JavaPairRDD<Long, Tuple2<String, String>> join(
      JavaRDD<String> first, JavaRDD<String> second, int parts) {
    JavaPairRDD<String, Tuple2<Long, String>> numbered =
        first
            .zipWithIndex()
            .mapToPair(read -> new Tuple2<>(readId(read._1), new Tuple2<>(read._2, read._1)));
    JavaPairRDD<String, String> mates =
        second.mapToPair(record -> new Tuple2<>(readId(record), record));
    String firstName = firstFile;
    String secondName = secondFile;
    return numbered
        .cogroup(mates, parts)
        .mapToPair(
            reads -> {
              Tuple2<Long, String> read = only(reads._2._1, reads._1, firstName, secondName);
              String mate = only(reads._2._2, reads._1, secondName, firstName);
              return new Tuple2<>(read._1, new Tuple2<>(read._2, mate));
            });
  }

  private static <T> T only(Iterable<T> reads, String id, String file, String otherFile) {
    Iterator<T> each = reads.iterator();
    if (!each.hasNext()) {
      throw new LofnException("The read %s of %s has no mate in %s".formatted(id, otherFile, file));
    }
    T read = each.next();
    if (each.hasNext()) {
      throw new LofnException("The read %s is in %s more than once".formatted(id, file));
    }
    return read;
  }

  /**
   * Returns the id that a read and its mate share: {@code r1} of {@code @r1/2} and {@code @r1
   * 2:N:0}.
   */
  static String readId(String record) {
    int end = 1;
    while (record.charAt(end) > ' ') {
      end++;
    }
    boolean numbered =
        end > 3
            && record.charAt(end - 2) == '/'
            && (record.charAt(end - 1) == '1' || record.charAt(end - 1) == '2');
    return record.substring(1, numbered ? end - 2 : end);
  }

  private JavaRDD<String> records(String name) {
    Configuration conf = spark.hadoopConfiguration();
    try {
      Path path = new Path(name);
      FileStatus[] files = path.getFileSystem(conf).globStatus(path);
      if (files == null || files.length == 0) {
        throw new LofnException("Could not read " + name + ": the file does not exist");
      }
      Job job = Job.getInstance(conf);
      FileInputFormat.setInputPaths(job, path);
      return spark
          .newAPIHadoopRDD(
              job.getConfiguration(), FastqInputFormat.class, LongWritable.class, Text.class)
          .values()
          .map(ReadPairs::textOf);
    } catch (IOException e) {
      throw new LofnException("Could not read " + name + ": " + e.getMessage(), e);
    }
  }

  /** Returns the bytes of a text, each as a char. */
  static String textOf(Text record) {
    return new String(record.getBytes(), 0, record.getLength(), ISO_8859_1);
  }
}
