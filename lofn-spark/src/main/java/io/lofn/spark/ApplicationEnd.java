package io.lofn.spark;

import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes a directory of outputs when the application ends, or the driver's JVM in good order. It
 * touches nothing of Scala's: a listener that does not link would stop the whole context.
 */
final class ApplicationEnd extends SparkListener {

  private static final Logger LOG = LoggerFactory.getLogger(ApplicationEnd.class);

  private final OutputDirectory directory;

  ApplicationEnd(OutputDirectory directory) {
    this.directory = directory;
  }

  @Override
  public void onApplicationEnd(SparkListenerApplicationEnd end) {
    try {
      directory.delete();
    } catch (RuntimeException e) {
      LOG.warn("The application ends and leaves {}", directory, e);
    }
  }
}
