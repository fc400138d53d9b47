package io.lofn.core.gate;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;

/** Wires this package. */
public final class GateModule extends AbstractModule {

  @Override
  protected void configure() {
    bind(LackGate.class).in(Singleton.class);
    bind(SafetyGate.class).in(Singleton.class);
  }
}
