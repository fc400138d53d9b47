package io.lofn.spark;

import io.lofn.core.config.LofnConfig;
import io.lofn.core.image.ExecutorWarmUp;
import io.lofn.spark.executor.ExecutorInjector;
import io.lofn.spark.executor.SparkMetrics;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * Prepares executors before their first task, and publishes lofn's metrics in Spark's metric
 * system. Optional: {@code spark.plugins=io.lofn.spark.LofnPlugin}.
 *
 * <p>Each executor does this in the background as soon as it starts: it cleans up what dead
 * executors have left, chooses its runtime, and pulls the images of {@code
 * spark.lofn.plugin.images}. A failure is logged, and the first task that needs the result tries
 * again.
 */
public final class LofnPlugin implements SparkPlugin {

  private static final Logger LOG = LoggerFactory.getLogger(LofnPlugin.class);

  /** Called by Spark. */
  public LofnPlugin() {}

  @Override
  public @Nullable DriverPlugin driverPlugin() {
    return null;
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new ExecutorPlugin() {
      @Override
      public void init(PluginContext context, Map<String, String> unused) {
        SparkMetrics metrics = new SparkMetrics();
        metrics.register(context.metricRegistry());
        ExecutorInjector.countWith(metrics);
        Map<String, String> conf = entriesOf(context.conf());
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        Thread warmUp = new Thread(() -> warmUp(conf), "lofn-warm-up");
        warmUp.setContextClassLoader(loader);
        warmUp.setDaemon(true);
        warmUp.start();
      }
    };
  }

  private static Map<String, String> entriesOf(SparkConf conf) {
    Map<String, String> entries = new HashMap<>();
    for (Tuple2<String, String> entry : conf.getAll()) {
      if (entry._1.startsWith(LofnConfig.PREFIX)) {
        entries.put(entry._1, entry._2);
      }
    }
    return entries;
  }

  private static void warmUp(Map<String, String> conf) {
    try (ExecutorInjector.Lease lofn = ExecutorInjector.ofExecutor(conf)) {
      lofn.get(ExecutorWarmUp.class).run();
    } catch (RuntimeException e) {
      LOG.warn(
          "Could not prepare the executor ahead of its first task; tasks will prepare it: {}",
          e.getMessage());
    }
  }
}
