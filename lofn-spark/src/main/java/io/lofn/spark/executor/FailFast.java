package io.lofn.spark.executor;

import jakarta.inject.Inject;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import org.apache.spark.SparkContext;

/** Has one listener for each context of the driver whose tools are to fail fast. Thread-safe. */
public final class FailFast {

  private final Set<SparkContext> watched = Collections.newSetFromMap(new WeakHashMap<>());

  @Inject
  FailFast() {}

  public synchronized void watch(SparkContext context) {
    if (watched.add(context)) {
      context.addSparkListener(new FailFastListener(context));
    }
  }
}
