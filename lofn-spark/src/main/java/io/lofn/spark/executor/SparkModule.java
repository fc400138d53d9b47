package io.lofn.spark.executor;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;

/** Wires what of Spark's the tasks and the driver use beside the run engine. */
final class SparkModule extends AbstractModule {

  @Override
  protected void configure() {
    bind(FailFast.class).in(Singleton.class);
  }
}
