package io.lofn.core.container;

import io.lofn.core.config.HostPathMapping;
import io.lofn.spi.ContainerRuntime;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.ForwardingRunningContainer;
import io.lofn.spi.RunningContainer;
import jakarta.inject.Inject;

/**
 * Starts the containers of this lofn. Translates the paths of mounts for the engine, and keeps
 * periodic clean-up away from the containers until they are closed.
 */
public final class TrackedContainers {

  private final OrphanReaper reaper;
  private final HostPathMapping paths;

  @Inject
  public TrackedContainers(OrphanReaper reaper, HostPathMapping paths) {
    this.reaper = reaper;
    this.paths = paths;
  }

  public RunningContainer start(ContainerRuntime runtime, ContainerSpec spec) {
    reaper.begin(runtime, spec);
    try {
      return new Claimed(runtime.start(paths.map(spec)), reaper, spec.name());
    } catch (RuntimeException | Error e) {
      reaper.failedToStart(spec.name(), e);
      throw e;
    }
  }

  /** A container that is gone after it was closed, or else is left to periodic clean-up. */
  private static final class Claimed extends ForwardingRunningContainer {

    private final OrphanReaper reaper;
    private final String name;
    private boolean closed;

    Claimed(RunningContainer container, OrphanReaper reaper, String name) {
      super(container);
      this.reaper = reaper;
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
        reaper.lose(name);
        throw e;
      }
      reaper.gone(name);
    }
  }
}
