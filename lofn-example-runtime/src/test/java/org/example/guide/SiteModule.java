package org.example.guide;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.MapBinder;
import io.lofn.spi.ContainerRuntimeProvider;

/** Adds a runtime that needs to be given something. */
public final class SiteModule extends AbstractModule {

  /** Creates the module; does no work. */
  public SiteModule() {}

  @Override
  protected void configure() {
    bind(SiteImages.class).toInstance(SiteImages.ofThisNode());
    bind(SiteRuntimeProvider.class);
    MapBinder.newMapBinder(binder(), String.class, ContainerRuntimeProvider.class)
        .addBinding("site")
        .to(SiteRuntimeProvider.class);
  }
}
