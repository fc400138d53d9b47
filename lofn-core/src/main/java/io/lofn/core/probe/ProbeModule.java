package io.lofn.core.probe;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;

/** Wires this package. */
public final class ProbeModule extends AbstractModule {

  @Override
  protected void configure() {
    bind(MountProbe.class).in(Singleton.class);
    bind(StartProbe.class).in(Singleton.class);
  }
}
