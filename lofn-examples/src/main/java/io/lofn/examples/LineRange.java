package io.lofn.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.io.IOUtils;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.util.LineReader;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a file that start after one offset and up to another; the first line of the file
 * belongs to the range that starts at 0. Open until the task ends.
 */
final class LineRange implements Iterator<String> {

  private static final int BUFFER = 1 << 16;

  private final LineReader reader;
  private final long end;
  private final Text line = new Text();
  private long offset;
  private @Nullable String next;

  LineRange(FSDataInputStream file, long start, long end) throws IOException {
    TaskContext.get()
        .addTaskCompletionListener((TaskCompletionListener) task -> IOUtils.closeStream(file));
    this.reader = new LineReader(file, BUFFER, new byte[] {'\n'});
    this.end = end;
    this.offset = start;
    if (start > 0) {
      file.seek(start);
      offset += reader.readLine(line, 0);
    }
  }

  @Override
  public boolean hasNext() {
    if (next == null && offset <= end) {
      next = read();
    }
    return next != null;
  }

  private @Nullable String read() {
    try {
      int length = reader.readLine(line);
      offset += length;
      return length == 0 ? null : new String(line.getBytes(), 0, line.getLength(), ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the input at byte " + offset, e);
    }
  }

  @Override
  public String next() {
    if (!hasNext()) {
      throw new NoSuchElementException("The range has no more lines");
    }
    String result = next;
    next = null;
    return result;
  }
}
