package io.lofn.core.exchange;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;

/** Wires this package. */
public final class ExchangeModule extends AbstractModule {

  @Override
  protected void configure() {
    bind(Exchanges.class).in(Singleton.class);
  }
}
