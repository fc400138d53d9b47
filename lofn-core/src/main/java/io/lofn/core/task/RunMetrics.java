package io.lofn.core.task;

import io.lofn.spi.StagedVolume;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/** Counts what this executor has done and how long it took. Thread-safe. */
public interface RunMetrics {

  /** A time that is being taken; it ends when this is closed. */
  interface Timing extends AutoCloseable {

    @Override
    void close();
  }

  /** A run was begun. */
  void begun();

  /** A run ended with a failure, the tool's or an engine's. */
  void failed();

  /** A tool ended, so long after its container was asked for. */
  void ended(Duration after);

  /** A wait for other executors of the node, to be closed when it is over. */
  Timing queue();

  /** A pull or load of an image, to be closed when it is over. */
  Timing pull();

  /** The start of a container, to be closed when it runs. */
  Timing create();

  /** A volume was staged. */
  void staged(StagedVolume volume);

  /** Bytes were written for a tool. */
  void written(long bytes);

  /** Bytes that a tool wrote were read, or are about to be. */
  void read(long bytes);

  /** A tool's standard input, counted. */
  default OutputStream counted(OutputStream stdin) {
    return new FilterOutputStream(stdin) {
      @Override
      public void write(int b) throws IOException {
        out.write(b);
        written(1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        written(length);
      }

      /** Without the flush of the super class, whose failure would count as one of the input. */
      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }

  /** A tool's standard output, counted. */
  default InputStream counted(InputStream stdout) {
    return new FilterInputStream(stdout) {
      @Override
      public int read() throws IOException {
        int one = super.read();
        RunMetrics.this.read(one < 0 ? 0L : 1L);
        return one;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = super.read(bytes, offset, length);
        RunMetrics.this.read((long) Math.max(0, count));
        return count;
      }
    };
  }
}
