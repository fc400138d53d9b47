package io.lofn.core.container;

import io.lofn.core.config.PathMap;
import io.lofn.spi.ContainerExit;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.RunningContainer;
import jakarta.inject.Inject;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;

/**
 * Starts the containers of this lofn: with mounts as the engine calls them, and so that the sweep
 * does not touch them until they are closed.
 */
public final class OwnContainers {

  private final Sweeper sweeper;
  private final PathMap paths;

  @Inject
  public OwnContainers(Sweeper sweeper, PathMap paths) {
    this.sweeper = sweeper;
    this.paths = paths;
  }

  public RunningContainer start(ContainerRuntime runtime, ContainerSpec spec) {
    sweeper.begin(runtime, spec);
    try {
      return new Claimed(runtime.start(paths.map(spec)), sweeper, spec.name());
    } catch (RuntimeException | Error e) {
      sweeper.failedToStart(spec.name(), e);
      throw e;
    }
  }

  /** A container that is gone when it has been closed, or else is the sweep's. */
  private static final class Claimed implements RunningContainer {

    private final RunningContainer container;
    private final Sweeper sweeper;
    private final String name;
    private boolean closed;

    Claimed(RunningContainer container, Sweeper sweeper, String name) {
      this.container = container;
      this.sweeper = sweeper;
      this.name = name;
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
    public synchronized void close() {
      if (closed) {
        return;
      }
      closed = true;
      try {
        container.close();
      } catch (RuntimeException | Error e) {
        sweeper.lose(name);
        throw e;
      }
      sweeper.gone(name);
    }
  }
}
