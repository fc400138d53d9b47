package io.lofn.core.container;

import io.lofn.core.config.HostPathMapping;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ForwardingRunningContainer;
import io.lofn.spi.RunningContainer;
import jakarta.inject.Inject;

/**
 * Starts the containers of this lofn: with mounts as the engine calls them, and so that the sweep
 * does not touch them until they are closed.
 */
public final class TrackedContainers {

  private final Sweeper sweeper;
  private final HostPathMapping paths;

  @Inject
  public TrackedContainers(Sweeper sweeper, HostPathMapping paths) {
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
  private static final class Claimed extends ForwardingRunningContainer {

    private final Sweeper sweeper;
    private final String name;
    private boolean closed;

    Claimed(RunningContainer container, Sweeper sweeper, String name) {
      super(container);
      this.sweeper = sweeper;
      this.name = name;
    }

    @Override
    public synchronized void close() {
      if (closed) {
        return;
      }
      closed = true;
      try {
        super.close();
      } catch (RuntimeException | Error e) {
        sweeper.lose(name);
        throw e;
      }
      sweeper.gone(name);
    }
  }
}
