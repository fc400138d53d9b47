package io.lofn.core.storage;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.TypeLiteral;
import io.lofn.core.runtime.Providers;
import io.lofn.spi.OutputStoreProvider;
import io.lofn.spi.VolumeStagerProvider;

/** Wires this package. */
public final class StorageModule extends AbstractModule {

  @Override
  protected void configure() {
    bind(new TypeLiteral<Providers<VolumeStagerProvider>>() {})
        .toInstance(Providers.discover(VolumeStagerProvider.class));
    bind(new TypeLiteral<Providers<OutputStoreProvider>>() {})
        .toInstance(Providers.discover(OutputStoreProvider.class));
    bind(OutputStores.class).in(Singleton.class);
    bind(Volumes.class).in(Singleton.class);
  }
}
