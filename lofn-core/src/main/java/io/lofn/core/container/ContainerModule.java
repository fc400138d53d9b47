package io.lofn.core.container;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;

/** Wires this package. */
public final class ContainerModule extends AbstractModule {

  @Override
  protected void configure() {
    bind(OwnContainers.class).in(Singleton.class);
    bind(PipedContainers.class).in(Singleton.class);
    bind(Sweeper.class).in(Singleton.class);
  }
}
