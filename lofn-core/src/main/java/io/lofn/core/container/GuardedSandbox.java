package io.lofn.core.container;

import io.lofn.api.LofnException;
import io.lofn.core.exchange.Exchange;
import io.lofn.core.shell.CommandStart;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.RunningContainer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A workplace that may be closed while a start is under way on another thread, for a run that was
 * given up meanwhile. The place is deleted, or lent to the next run, only when that start has ended
 * and its container is closed. One start at a time; {@link #close} by any thread.
 */
public final class GuardedSandbox implements RunSandbox {

  private static final Logger LOG = LoggerFactory.getLogger(GuardedSandbox.class);

  private final RunSandbox place;
  private @Nullable RunningContainer container;
  private boolean starting;
  private boolean closed;

  public GuardedSandbox(RunSandbox place) {
    this.place = place;
  }

  @Override
  public Exchange exchange() {
    return place.exchange();
  }

  /**
   * @throws LofnException if the place was closed before, or is closed meanwhile
   */
  @Override
  public RunningContainer start(ContainerSpec spec, CommandStart start) {
    begin(spec);
    RunningContainer started = null;
    boolean wanted = false;
    try {
      started = place.start(spec, start);
    } finally {
      wanted = end(started);
      if (!wanted) {
        give(started);
      }
    }
    if (!wanted) {
      throw givenUp(spec);
    }
    return started;
  }

  private synchronized void begin(ContainerSpec spec) {
    if (closed) {
      throw givenUp(spec);
    }
    starting = true;
  }

  /** Whether the place is not closed yet. */
  private synchronized boolean end(@Nullable RunningContainer started) {
    starting = false;
    container = started;
    return !closed;
  }

  private static LofnException givenUp(ContainerSpec spec) {
    return new LofnException("The run of " + spec.name() + " was given up while it started");
  }

  @Override
  public void close() {
    RunningContainer last;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      if (starting) {
        return;
      }
      last = container;
    }
    give(last);
  }

  /** Nobody is in it any more, so it may go. */
  private void give(@Nullable RunningContainer last) {
    try {
      if (last != null) {
        last.close();
      }
    } catch (LofnException e) {
      LOG.warn("Container {} is left for the sweep: {}", last.id(), e.getMessage());
    } finally {
      place.close();
    }
  }
}
