package io.lofn.core.check;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;

/** Wires this package. */
public final class CheckModule extends AbstractModule {

  @Override
  protected void configure() {
    bind(ContainerCheck.class).in(Singleton.class);
    bind(NodeCheck.class).in(Singleton.class);
  }
}
