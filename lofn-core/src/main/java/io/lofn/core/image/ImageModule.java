package io.lofn.core.image;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;

/** Wires this package. */
public final class ImageModule extends AbstractModule {

  @Override
  protected void configure() {
    bind(ImagePins.class).in(Singleton.class);
    bind(Images.class).in(Singleton.class);
    bind(WarmUp.class).in(Singleton.class);
  }
}
