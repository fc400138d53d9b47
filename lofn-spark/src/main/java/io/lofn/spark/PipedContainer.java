package io.lofn.spark;

import io.lofn.spi.ContainerExit;
import io.lofn.spi.RunningContainer;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;

/** A container for one run, whose process has named pipes for its standard streams. */
final class PipedContainer implements RunningContainer {

  private final RunningContainer container;
  private final NamedPipes pipes;

  PipedContainer(RunningContainer container, NamedPipes pipes) {
    this.container = container;
    this.pipes = pipes;
  }

  @Override
  public String id() {
    return container.id();
  }

  @Override
  public OutputStream stdin() {
    return pipes.stdin();
  }

  @Override
  public InputStream stdout() {
    return pipes.stdout();
  }

  @Override
  public InputStream stderr() {
    return pipes.stderr();
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
    pipes.close();
    container.close();
  }
}
