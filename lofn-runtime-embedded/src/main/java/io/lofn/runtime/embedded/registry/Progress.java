package io.lofn.runtime.embedded.registry;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells in the log every few seconds how far a pull is. Thread-safe. */
public final class Progress {

  private static final Logger LOG = LoggerFactory.getLogger(Progress.class);
  private static final long EVERY = Duration.ofSeconds(5).toNanos();
  private static final double MIB = 1 << 20;
  private static final double NANOS = 1e9;

  private final String what;
  private final long all;
  private final long there;
  private final long begin = System.nanoTime();
  private final AtomicLong come = new AtomicLong();
  private final AtomicLong told = new AtomicLong(begin);

  /**
   * @param what the image, and where it comes from
   * @param all the bytes of the image
   * @param there those that were there before
   */
  public Progress(String what, long all, long there) {
    this.what = what;
    this.all = all;
    this.there = there;
  }

  /** Counts bytes that have come. */
  public void add(int bytes) {
    long now = come.addAndGet(bytes);
    long time = System.nanoTime();
    long last = told.get();
    if (time - last >= EVERY && told.compareAndSet(last, time)) {
      LOG.info("{}", said(now, time - begin));
    }
  }

  /** Takes back bytes that must come again. */
  void remove(long bytes) {
    come.addAndGet(-bytes);
  }

  String said(long now, long nanos) {
    double speed = now / Math.max(nanos / NANOS, 1e-3);
    long left = Math.max(0, all - there - now);
    return String.format(
        Locale.ROOT,
        "Pulling %s: %.0f of %.0f MiB, %.1f MiB/s, %s",
        what,
        (there + now) / MIB,
        all / MIB,
        speed / MIB,
        speed < 1 ? "stalled" : Math.round(left / speed) + " s left");
  }

  /** Tells that all has come. */
  public void end() {
    LOG.info(
        "{}",
        String.format(
            Locale.ROOT,
            "Pulled %s: %.1f MiB, of which %.1f MiB were there before, in %.1f s",
            what,
            all / MIB,
            there / MIB,
            (System.nanoTime() - begin) / NANOS));
  }
}
