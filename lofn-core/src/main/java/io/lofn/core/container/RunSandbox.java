package io.lofn.core.container;

import io.lofn.core.exchange.Exchange;
import io.lofn.core.shell.CommandStart;
import io.lofn.spi.ContainerSpec;
import io.lofn.spi.RunningContainer;

/** Where a run works: its exchange, and how a container comes to it. */
public interface RunSandbox extends AutoCloseable {

  /** Empty, for this run alone. */
  Exchange exchange();

  /**
   * Starts what the run is to run. May be called again after it failed.
   *
   * @throws io.lofn.api.EngineException if the engine cannot
   */
  RunningContainer start(ContainerSpec spec, CommandStart start);

  /** Deletes what the run has left, or gives the place to the next one. Idempotent. */
  @Override
  void close();
}
