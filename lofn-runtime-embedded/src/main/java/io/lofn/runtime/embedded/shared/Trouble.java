package io.lofn.runtime.embedded.shared;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the store does not do now. It is warned of once, and the store is left alone for a while:
 * clients of file systems wait long for servers that do not answer. Thread-safe.
 */
final class Trouble {

  private static final Logger LOG = LoggerFactory.getLogger(Trouble.class);

  private final Duration pause;
  private boolean told;
  private boolean pausing;
  private long since;

  /**
   * @param pause how long the store is left alone
   */
  Trouble(Duration pause) {
    this.pause = pause;
  }

  /** Returns whether the store is to be left alone. */
  synchronized boolean isNow() {
    pausing = pausing && System.nanoTime() - since < pause.toNanos();
    return pausing;
  }

  /** Notes a failure. */
  synchronized void found(String message) {
    if (told) {
      LOG.info("{}", message);
    } else {
      LOG.warn("{}", message);
    }
    told = true;
    pausing = true;
    since = System.nanoTime();
  }
}
