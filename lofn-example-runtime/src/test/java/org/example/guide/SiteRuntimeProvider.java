package org.example.guide;

import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerRuntimeProvider;
import io.lofn.spi.RuntimeConfig;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Optional;
import org.example.bubblewrap.BubblewrapRuntimeProvider;

/** Bubblewrap with the images of a site. */
final class SiteRuntimeProvider implements ContainerRuntimeProvider {

  private final ContainerRuntimeProvider bubblewrap = new BubblewrapRuntimeProvider();
  private final SiteImages images;

  @Inject
  SiteRuntimeProvider(SiteImages images) {
    this.images = images;
  }

  @Override
  public String name() {
    return "site";
  }

  @Override
  public int priority() {
    return NAMED_ONLY;
  }

  @Override
  public Optional<String> unavailableReason(RuntimeConfig config) {
    return bubblewrap.unavailableReason(withImages(config));
  }

  @Override
  public ContainerRuntime create(RuntimeConfig config) {
    return bubblewrap.create(withImages(config));
  }

  private RuntimeConfig withImages(RuntimeConfig config) {
    return RuntimeConfig.of(Map.of("images", images.directory().toString()))
        .callTimeout(config.callTimeout());
  }
}
