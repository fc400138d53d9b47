package io.lofn.runtime.cli;

import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ContainerSummary;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RunningContainer;
import java.util.List;
import java.util.Map;

/**
 * Containers through a command line. Each call is a process of its own, so nothing is held open.
 */
final class CliRuntime implements ContainerRuntime {

  private final CliEngine engine;
  private final CliImages images;
  private final ContainerStarter starter;
  private final ContainerListing listing;

  CliRuntime(CliEngine engine) {
    this.engine = engine;
    images = new CliImages(engine);
    starter = new ContainerStarter(engine);
    listing = new ContainerListing(engine);
  }

  @Override
  public String engine() {
    return engine.info().description();
  }

  @Override
  public PreparedImage prepare(ImageRequest request) {
    return images.prepare(request);
  }

  @Override
  public RunningContainer start(ContainerSpec spec) {
    return starter.start(spec);
  }

  @Override
  public List<ContainerSummary> list(Map<String, String> labels) {
    return listing.list(labels);
  }

  @Override
  public void remove(String id) {
    engine.remove(id);
  }

  @Override
  public void close() {
    // Nothing is held open.
  }
}
