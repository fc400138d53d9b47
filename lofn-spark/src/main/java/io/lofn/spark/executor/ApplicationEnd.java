package io.lofn.spark.executor;

import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs an action when the application ends. Uses no class of Scala's: a listener that does not link
 * would stop the whole context.
 */
public final class ApplicationEnd extends SparkListener {

  private static final Logger LOG = LoggerFactory.getLogger(ApplicationEnd.class);

  private final String what;
  private final Runnable action;

  /**
   * @param what the action, for the log
   * @param action what to run
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
      LOG.warn("At the end of the application, lofn could not {}", what, e);
    }
  }
}
