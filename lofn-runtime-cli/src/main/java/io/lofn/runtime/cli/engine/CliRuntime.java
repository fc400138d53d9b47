package io.lofn.runtime.cli.engine;

import io.lofn.http.MissingInit;
import io.lofn.runtime.cli.dialect.CliDialect;
import io.lofn.runtime.cli.dialect.Docker;
import io.lofn.runtime.cli.dialect.Nerdctl;
import io.lofn.runtime.cli.dialect.Podman;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ContainerSummary;
import io.lofn.spi.ImageArchives;
import io.lofn.spi.ImageDigests;
import io.lofn.spi.ImageRequest;
import io.lofn.spi.PreparedImage;
import io.lofn.spi.RunningContainer;
import io.lofn.spi.RuntimeFeature;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Runs containers through the command line of an engine. Each call is a separate process, so this
 * class holds no connection.
 */
public final class CliRuntime implements ContainerRuntime, ImageDigests, ImageArchives {

  /** The dialects whose {@code run} accepts docker's options. */
  private static final List<CliDialect> UNDERSTOOD =
      List.of(Docker.DIALECT, Podman.DIALECT, Podman.OLD_DIALECT, Nerdctl.DIALECT);

  private final CliEngine engine;
  private final CliImages images;
  private final CliDigests digests;
  private final ContainerStarter starter;
  private final ContainerListing listing;
  private final MissingInit init;

  public CliRuntime(CliEngine engine) {
    this.engine = engine;
    images = new CliImages(engine);
    digests = new CliDigests(engine);
    starter = new ContainerStarter(engine, images::unwanted);
    listing = new ContainerListing(engine);
    init = new MissingInit(engine.info().description());
  }

  @Override
  public String engine() {
    return engine.info().description();
  }

  @Override
  public Set<RuntimeFeature> unsupportedFeatures() {
    return Set.copyOf(engine.info().unsupportedFeatures());
  }

  @Override
  public boolean isHarmless(String option) {
    return engine.dialect().harmless().contain(option);
  }

  @Override
  public List<String> commandLine() {
    return UNDERSTOOD.contains(engine.dialect()) ? List.of(engine.program().toString()) : List.of();
  }

  @Override
  public PreparedImage prepare(ImageRequest request) {
    return images.prepare(request);
  }

  @Override
  public RunningContainer start(ContainerSpec spec) {
    return init.start(spec, starter::start);
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
    // No connection to close.
  }

  @Override
  public void load(Path archive, Duration timeout) {
    images.load(archive, timeout);
  }

  @Override
  public Optional<String> digest(ImageRequest request) {
    return digests.digest(request);
  }
}
