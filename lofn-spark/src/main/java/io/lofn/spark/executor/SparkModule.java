package io.lofn.spark.executor;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;

/** Wires those services of Spark that tasks and the driver use besides the run engine. */
final class SparkModule extends AbstractModule {

  @Override
  protected void configure() {
    bind(FailFast.class).in(Singleton.class);
  }
}
