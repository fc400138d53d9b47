package io.lofn.examples;

import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.hadoop.mapreduce.InputSplit;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.mapreduce.RecordReader;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;

/**
 * FASTQ files in records of four lines, each with the offset of its first byte; the last line has
 * no line feed. Splits may have arbitrary borders; files with a suffix of a compression are read
 * whole. Invalid FASTQ fails with a {@link io.lofn.api.LofnException} that names file and offset.
 *
 * <p>Public, because Spark creates it with its constructor.
 */
public final class FastqInputFormat extends FileInputFormat<LongWritable, Text> {

  /** For Hadoop and Spark. */
  public FastqInputFormat() {}

  @Override
  protected boolean isSplitable(JobContext job, Path file) {
    return new CompressionCodecFactory(job.getConfiguration()).getCodec(file) == null;
  }

  @Override
  public RecordReader<LongWritable, Text> createRecordReader(
      InputSplit split, TaskAttemptContext task) {
    return new FastqReader();
  }
}
