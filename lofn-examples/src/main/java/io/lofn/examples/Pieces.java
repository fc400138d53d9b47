package io.lofn.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.lofn.api.LofnException;
import java.io.IOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.io.IOUtils;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/** The bytes of a file from one offset to another, or to its end, in pieces; a char is a byte. */
final class Pieces implements Iterator<String> {

  private final FSDataInputStream file;
  private final byte[] buffer = new byte[1 << 16];
  private long left;
  private int length;

  /** Takes over the file, which stays open until the task ends. */
  Pieces(FSDataInputStream file, long start, long end) throws IOException {
    TaskContext.get()
        .addTaskCompletionListener((TaskCompletionListener) task -> IOUtils.closeStream(file));
    file.seek(start);
    this.file = file;
    this.left = end - start;
  }

  @Override
  public boolean hasNext() {
    if (length == 0) {
      try {
        length = file.read(buffer, 0, (int) Math.min(buffer.length, left));
      } catch (IOException e) {
        throw new LofnException("Could not read the input: " + e.getMessage(), e);
      }
    }
    return length > 0;
  }

  @Override
  public String next() {
    if (!hasNext()) {
      throw new NoSuchElementException("The file has no more pieces");
    }
    String piece = new String(buffer, 0, length, ISO_8859_1);
    left -= length;
    length = 0;
    return piece;
  }
}
