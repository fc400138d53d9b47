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

  /** A running time measurement; it ends when this is closed. */
  interface Timing extends AutoCloseable {

    @Override
    void close();
  }

  /** Counts a run that has begun. */
  void begun();

  /** Counts a run that has failed, because of the tool or an engine. */
  void failed();

  /** Counts the phases of a run whose tool has succeeded and whose output was read to its end. */
  void phases(RunPhases times);

  /** Counts a tool that has ended, this long after its container was asked for. */
  void ended(Duration after);

  /** Measures a wait for other executors of the node; close the result when it is over. */
  Timing queue();

  /** Measures a pull or load of an image; close the result when it is over. */
  Timing pull();

  /** Measures the start of a container; close the result when it runs. */
  Timing create();

  /** Counts a staged volume. */
  void staged(StagedVolume volume);

  /** Counts bytes written for a tool. */
  void written(long bytes);

  /** Counts bytes that a tool wrote and that are read, now or soon. */
  void read(long bytes);

  /** Returns a tool's standard input with its bytes counted. */
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

      /**
       * Does not flush as the super class does: a failure of that would count as a failure of the
       * input.
       */
      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }

  /** Returns a tool's standard output with its bytes counted. */
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
