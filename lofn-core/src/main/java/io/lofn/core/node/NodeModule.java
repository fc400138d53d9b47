package io.lofn.core.node;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;

/** Wires this package. */
public final class NodeModule extends AbstractModule {

  @Override
  protected void configure() {
    bind(Owner.class).toInstance(Owner.current());
    bind(ContainerOwnership.class).in(Singleton.class);
    bind(NodeLocks.class).in(Singleton.class);
  }
}
