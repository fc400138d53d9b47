package io.lofn.core.container;

import io.lofn.core.exchange.Exchange;
import io.lofn.core.shell.CommandStart;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.RunningContainer;

/** The sandbox of one run: its exchange, and the way to start a container with it. */
public interface RunSandbox extends AutoCloseable {

  /** Returns the exchange: empty, and for this run alone. */
  Exchange exchange();

  /**
   * Starts the run's container. May be called again after it failed.
   *
   * @throws io.lofn.api.EngineException if the engine fails
   */
  RunningContainer start(ContainerSpec spec, CommandStart start);

  /** Deletes what the run has left, or passes the sandbox to the next run. Idempotent. */
  @Override
  void close();
}
