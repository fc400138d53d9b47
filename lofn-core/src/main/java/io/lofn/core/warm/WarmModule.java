package io.lofn.core.warm;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;

/** Wires this package. */
public final class WarmModule extends AbstractModule {

  @Override
  protected void configure() {
    bind(WarmContainers.class).in(Singleton.class);
  }
}
