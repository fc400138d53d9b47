package io.lofn.spark;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import io.lofn.spi.StagedVolume;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What this executor has done and how long it took, for Spark's metric system. It counts whether
 * somebody looks or not. Thread-safe.
 */
final class RunMeters {

  private final Counter runs = new Counter();
  private final Counter failures = new Counter();
  private final Counter bytesIn = new Counter();
  private final Counter bytesOut = new Counter();
  private final Counter volumes = new Counter();
  private final Counter volumeHits = new Counter();
  private final Timer queue = new Timer();
  private final Timer pull = new Timer();
  private final Timer create = new Timer();
  private final Timer run = new Timer();

  /** Makes it known by the names of {@code docs/metrics.md}. */
  void register(MetricRegistry registry) {
    registry.register("runs", runs);
    registry.register("failures", failures);
    registry.register("bytes.in", bytesIn);
    registry.register("bytes.out", bytesOut);
    registry.register("volumes", volumes);
    registry.register("volumes.cached", volumeHits);
    registry.register("time.queue", queue);
    registry.register("time.pull", pull);
    registry.register("time.create", create);
    registry.register("time.run", run);
  }

  /** A run was begun. */
  void begun() {
    runs.inc();
  }

  /** A run ended with a failure, the tool's or an engine's. */
  void failed() {
    failures.inc();
  }

  /** A tool ended, so long after its container was asked for. */
  void ended(Duration after) {
    run.update(after.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** A wait for other executors of the node, to be closed when it is over. */
  Timer.Context queue() {
    return queue.time();
  }

  /** A pull or load of an image, to be closed when it is over. */
  Timer.Context pull() {
    return pull.time();
  }

  /** The start of a container, to be closed when it runs. */
  Timer.Context create() {
    return create.time();
  }

  /** A volume was staged. */
  void staged(StagedVolume volume) {
    volumes.inc();
    if (volume.wasCached()) {
      volumeHits.inc();
    }
  }

  /** Files were written for a tool. */
  void written(long bytes) {
    bytesIn.inc(bytes);
  }

  /** A file that a tool wrote is about to be read. */
  void read(long bytes) {
    bytesOut.inc(bytes);
  }

  /** A tool's standard input, counted. */
  OutputStream counted(OutputStream stdin) {
    return new FilterOutputStream(stdin) {
      @Override
      public void write(int b) throws IOException {
        out.write(b);
        bytesIn.inc();
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        bytesIn.inc(length);
      }

      /** Without the flush of the super class, whose failure would count as one of the input. */
      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }

  /** A tool's standard output, counted. */
  InputStream counted(InputStream stdout) {
    return new FilterInputStream(stdout) {
      @Override
      public int read() throws IOException {
        int one = super.read();
        bytesOut.inc(one < 0 ? 0 : 1);
        return one;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = super.read(bytes, offset, length);
        bytesOut.inc(Math.max(0, count));
        return count;
      }
    };
  }
}
