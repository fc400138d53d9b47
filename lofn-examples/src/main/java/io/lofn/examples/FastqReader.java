package io.lofn.examples;

import io.lofn.api.LofnException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.hadoop.mapreduce.InputSplit;
import org.apache.hadoop.mapreduce.RecordReader;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.lib.input.FileSplit;

/**
 * Reads the records that begin in a split. Checks also the text after the last record, since the
 * next split skips everything before its first record.
 */
final class FastqReader extends RecordReader<LongWritable, Text> {

  private final LongWritable key = new LongWritable();
  private final Text value = new Text();
  private Path file;
  private long end;
  private InputStream in;
  private FastqParser records;
  private boolean ended;

  @Override
  public void initialize(InputSplit split, TaskAttemptContext task) throws IOException {
    FileSplit range = (FileSplit) split;
    Configuration conf = task.getConfiguration();
    file = range.getPath();
    FSDataInputStream raw = file.getFileSystem(conf).open(file);
    in = raw;
    CompressionCodec codec = new CompressionCodecFactory(conf).getCodec(file);
    if (codec == null) {
      end = range.getStart() + range.getLength();
      long border = range.getStart() == 0 ? 0 : borderFrom(range.getStart(), raw);
      ended = border < 0 || border >= end;
      raw.seek(Math.max(0, border));
      records = new FastqParser(raw, border, file);
    } else {
      end = Long.MAX_VALUE;
      in = codec.createInputStream(raw);
      records = new FastqParser(in, 0, file);
    }
  }

  /** Starts at the byte before the offset, so that a line which begins at the offset is found. */
  private static long borderFrom(long offset, FSDataInputStream raw) throws IOException {
    raw.seek(offset - 1);
    return FastqParser.nextBorder(raw, offset - 1);
  }

  @Override
  public boolean nextKeyValue() {
    if (ended) {
      return false;
    }
    try {
      ended = !records.next() || records.position() >= end;
    } catch (IOException e) {
      throw new LofnException(
          "Could not read %s after byte %d; is it truncated? %s"
              .formatted(file, records.position(), e.getMessage()),
          e);
    }
    key.set(records.position());
    value.set(records.record());
    return !ended;
  }

  @Override
  public LongWritable getCurrentKey() {
    return key;
  }

  @Override
  public Text getCurrentValue() {
    return value;
  }

  @Override
  public float getProgress() {
    return ended ? 1 : 0;
  }

  @Override
  public void close() throws IOException {
    if (in != null) {
      in.close();
    }
  }
}
