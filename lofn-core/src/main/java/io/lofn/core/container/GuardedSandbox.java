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
 * A sandbox that may be closed while a start is in progress on another thread, for a run that was
 * cancelled meanwhile. The sandbox is deleted, or lent to the next run, only after that start has
 * ended and its container is closed. One start at a time; {@link #close} by any thread.
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
   * @throws LofnException if the sandbox is closed, before or during the start
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

  /** Ends a start; returns whether the sandbox is still open. */
  private synchronized boolean end(@Nullable RunningContainer started) {
    starting = false;
    container = started;
    return !closed;
  }

  private static LofnException givenUp(ContainerSpec spec) {
    return new LofnException("The run of " + spec.name() + " was cancelled while it started");
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

  /** Closes the last container and the sandbox, which no start uses any more. */
  private void give(@Nullable RunningContainer last) {
    try {
      if (last != null) {
        last.close();
      }
    } catch (LofnException e) {
      LOG.warn(
          "Could not remove container {}; periodic clean-up will retry: {}",
          last.id(),
          e.getMessage());
    } finally {
      place.close();
    }
  }
}
