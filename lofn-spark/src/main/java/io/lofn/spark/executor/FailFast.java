package io.lofn.spark.executor;

import jakarta.inject.Inject;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import org.apache.spark.SparkContext;

/** Adds one listener to each context of the driver whose tools must fail fast. Thread-safe. */
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
