package io.lofn.spi;

import static java.util.Objects.requireNonNull;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;

/** A container that forwards all calls to another. Subclasses override the methods that differ. */
public abstract class ForwardingRunningContainer implements RunningContainer {

  private final RunningContainer container;

  /**
   * Creates a container that forwards to another.
   *
   * @param container the container
   */
  protected ForwardingRunningContainer(RunningContainer container) {
    this.container = requireNonNull(container, "container is null");
  }

  @Override
  public String id() {
    return container.id();
  }

  @Override
  public OutputStream stdin() {
    return container.stdin();
  }

  @Override
  public InputStream stdout() {
    return container.stdout();
  }

  @Override
  public InputStream stderr() {
    return container.stderr();
  }

  @Override
  public Optional<ContainerExit> await(Duration atMost) throws InterruptedException {
    return container.await(atMost);
  }

  @Override
  public void stop(Duration grace) {
    container.stop(grace);
  }

  @Override
  public void close() {
    container.close();
  }
}
