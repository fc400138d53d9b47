package io.lofn.spark.executor;

import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what is due when the application ends. It touches nothing of Scala's: a listener that does
 * not link would stop the whole context.
 */
public final class ApplicationEnd extends SparkListener {

  private static final Logger LOG = LoggerFactory.getLogger(ApplicationEnd.class);

  private final String what;
  private final Runnable action;

  /**
   * @param what what is done, for the log
   * @param action does it
   */
  public ApplicationEnd(String what, Runnable action) {
    this.what = what;
    this.action = action;
  }

  @Override
  public void onApplicationEnd(SparkListenerApplicationEnd end) {
    try {
      action.run();
    } catch (RuntimeException e) {
      LOG.warn("At the end of the application it failed to {}", what, e);
    }
  }
}
