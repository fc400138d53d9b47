package io.lofn.core.runtime;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;

/** Wires this package. */
public final class RuntimeModule extends AbstractModule {

  @Override
  protected void configure() {
    bind(NodeRuntime.class).in(Singleton.class);
    bind(RuntimeSelector.class).in(Singleton.class);
  }
}
